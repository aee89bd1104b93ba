import { MAX_WEIGHT } from '../domain/lb.js';
import type { TypeOf } from './codec.js';
import { ipAddress } from './codec-address.js';
import { nonEmptyList, record } from './codec-collections.js';
import { mapping, optional, required, section, withDefault } from './codec-mapping.js';
import { boolean, duration, integer, name, nameReference, oneOf, text } from './codec-scalars.js';
import { fileRule, netnsRule } from './http-text.js';
import { access } from './schema-access.js';
import { healthCheck } from './schema-healthcheck.js';

/** More transitions than anybody reads, and few enough to hold in memory for every backend. */
const MAX_TRANSITION_HISTORY = 100_000;

const healthchecker = mapping({
  'transition-history': withDefault(integer(1, MAX_TRANSITION_HISTORY), '5'),
  netns: withDefault(text(netnsRule, { pattern: '^(?!\\.{1,2}$)[^/]*$' }), ''),
  'ca-file': optional(text(fileRule, { minLength: 1 }), "Node's own authorities"),
});

/** The ranges of these are checked last, with what they mean together: see semantic-lb.ts. */
const lb = mapping({
  'sync-interval': withDefault(duration, '30s'),
  'stats-interval': withDefault(duration, '5s'),
  'ipv4-src-address': optional(ipAddress, 'required'),
  'ipv6-src-address': optional(ipAddress, 'required'),
  'sticky-buckets-per-core': withDefault(integer(), '65536'),
  'flow-timeout': withDefault(duration, '40s'),
  'startup-min-delay': withDefault(duration, '5s'),
  'startup-max-delay': withDefault(duration, '30s'),
  'new-flows-table-length': withDefault(integer(), '1024'),
  'weight-mode': withDefault(oneOf(['exact', 'steps']), 'exact'),
  'weight-steps': optional(integer(1, 100), '10'),
});

const backend = mapping({
  address: required(ipAddress),
  healthcheck: optional(nameReference, 'none: always up'),
  enabled: withDefault(boolean, 'true'),
});

const poolBackend = mapping({
  weight: withDefault(integer(0, MAX_WEIGHT), String(MAX_WEIGHT)),
});

const pool = mapping({
  name: required(name),
  backends: required(record(poolBackend)),
});

const frontend = mapping({
  address: required(ipAddress),
  protocol: withDefault(oneOf(['tcp', 'udp', 'any']), 'any'),
  port: withDefault(integer(0, 65535), '0'),
  description: withDefault(text(), ''),
  'src-ip-sticky': withDefault(boolean, 'false'),
  'flush-on-down': withDefault(boolean, 'true'),
  pools: required(nonEmptyList(pool)),
});

const maglev = mapping({
  access: optional(
    access,
    'none: whoever comes through a unix socket, loopback or with a certificate may do everything',
  ),
  healthchecker: section(healthchecker),
  vpp: section(mapping({ lb: section(lb) })),
  healthchecks: section(record(healthCheck)),
  backends: section(record(backend)),
  frontends: section(record(frontend)),
});

/** The whole file, as it is written: keys as in the file, durations in milliseconds, defaults filled in. */
export const configFile = mapping({ maglev: required(maglev) });

export type ConfigFile = TypeOf<typeof maglev>;
export type FileLb = TypeOf<typeof lb>;
export type FileFrontend = TypeOf<typeof frontend>;
