import type { Access } from './access.js';
import type {
  Backend,
  Frontend,
  HealthCheck,
  HttpParams,
  LbSettings,
  MaglevConfig,
  ProbeParams,
  TlsParams,
} from './config.js';
import { formatDuration } from './duration.js';
import { nameText } from './name.js';

/** The values of one thing of a config: keys as in the file, values as it would write them, '' for none. */
export type Values = ReadonlyMap<string, string>;

/** How each field is called in the file, and how its value is written. A field that is missing here does not compile. */
type Written<T> = { readonly [K in keyof T]-?: readonly [key: string, write: (value: T[K]) => string] };

const span = formatDuration;
const text = (value: string | null) => value ?? '';

const lbFields: Written<LbSettings> = {
  syncInterval: ['vpp.lb.sync-interval', span],
  statsInterval: ['vpp.lb.stats-interval', span],
  ipv4Source: ['vpp.lb.ipv4-src-address', text],
  ipv6Source: ['vpp.lb.ipv6-src-address', text],
  stickyBucketsPerCore: ['vpp.lb.sticky-buckets-per-core', String],
  flowTimeout: ['vpp.lb.flow-timeout', span],
  startupMinDelay: ['vpp.lb.startup-min-delay', span],
  startupMaxDelay: ['vpp.lb.startup-max-delay', span],
  newFlowsTableLength: ['vpp.lb.new-flows-table-length', String],
  weightMode: ['vpp.lb.weight-mode', (mode) => (mode.mode === 'exact' ? 'exact' : `steps of ${mode.steps}`)],
};

const healthcheckerFields: Written<MaglevConfig['healthchecker']> = {
  transitionHistory: ['healthchecker.transition-history', String],
  netns: ['healthchecker.netns', text],
};

const checkFields: Written<Omit<HealthCheck, 'name' | 'probe'>> = {
  interval: ['interval', span],
  fastInterval: ['fast-interval', span],
  downInterval: ['down-interval', span],
  timeout: ['timeout', span],
  rise: ['rise', String],
  fall: ['fall', String],
  probeIpv4Source: ['probe-ipv4-src', text],
  probeIpv6Source: ['probe-ipv6-src', text],
};

const tlsFields: Written<TlsParams> = {
  serverName: ['params.server-name', text],
  insecureSkipVerify: ['params.insecure-skip-verify', String],
  // With the beginning of its fingerprint: a file may have other authorities, and the same name.
  trust: [
    'params.ca-file',
    (trust) => (trust === null ? '' : `${trust.file} (${trust.fingerprint.slice(0, 12)})`),
  ],
  resume: ['params.resume', (resume = 1) => String(resume)],
};

const httpFields: Written<HttpParams> = {
  method: ['params.method', text],
  path: ['params.path', text],
  host: ['params.host', text],
  responseCodes: [
    'params.response-code',
    (ranges) => ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(','),
  ],
  responseRegexp: ['params.response-regexp', text],
  reuse: ['params.reuse', (reuse = 1) => String(reuse)],
};

const backendFields: Written<Omit<Backend, 'name'>> = {
  address: ['address', text],
  healthcheck: ['healthcheck', text],
  enabled: ['enabled', String],
};

const frontendFields: Written<Omit<Frontend, 'name' | 'pools'>> = {
  description: ['description', text],
  address: ['address', text],
  protocol: ['protocol', text],
  port: ['port', String],
  srcIpSticky: ['src-ip-sticky', String],
  flushOnDown: ['flush-on-down', String],
};

export function settingValues({ access, lb, healthchecker }: MaglevConfig): Values {
  return new Map([
    ...(access === null ? [] : accessValues(access)),
    ...written(healthcheckerFields, healthchecker),
    ...written(lbFields, lb),
  ]);
}

/** Who may do what, one by one; of a token the beginning of its hash, by which another one of the same name is seen. */
function accessValues({ anonymous, tokensFile, tokens, certificates, uids }: Access): [string, string][] {
  return [
    ['access.anonymous', anonymous ?? 'nobody'],
    ['access.tokens', text(tokensFile)],
    ...[...tokens].map(([hash, { name, role }]): [string, string] => {
      return [`access.tokens.${segment(name)}`, `${role} (${hash.slice(0, 8)})`];
    }),
    ...[...certificates].map(([subject, role]): [string, string] => [
      `access.certificates.'${subject}'`,
      role,
    ]),
    ...[...uids].map(([uid, role]): [string, string] => [`access.uids.${uid}`, role]),
  ];
}

export function healthCheckValues(check: HealthCheck): Values {
  return new Map([...written(checkFields, check), ...probeValues(check.probe)]);
}

export function backendValues(backend: Backend): Values {
  return new Map(written(backendFields, backend));
}

/** `pools` is their order; `pools.main.web1.weight` each weight in them, with names in quotes that are not one word. */
export function frontendValues(frontend: Frontend): Values {
  const { pools } = frontend;
  const weights = pools.flatMap((pool) =>
    pool.backends.map(({ name, weight }): [string, string] => {
      return [`pools.${segment(pool.name)}.${segment(name)}.weight`, String(weight)];
    }),
  );
  const order: [string, string] = ['pools', pools.map(({ name }) => nameText(name)).join(', ')];
  return new Map([...written(frontendFields, frontend), order, ...weights]);
}

/** No name has quotes, so that no two ways read the same. */
function segment(name: string): string {
  return /^[\p{L}\p{N}_-]+$/u.test(name) ? name : `'${name}'`;
}

function probeValues(probe: ProbeParams): [string, string][] {
  const type: [string, string] = ['type', probe.type];
  switch (probe.type) {
    case 'icmp':
      return [type];
    case 'tcp':
      return [
        type,
        ['port', String(probe.port)],
        ['params.ssl', String(probe.tls !== null)],
        ['params.handshake', probe.tls === null ? (probe.handshake ?? 'half') : 'full'],
        ...(probe.tls === null ? [] : written(tlsFields, probe.tls)),
      ];
    case 'http':
      return [type, ['port', String(probe.port)], ...written(httpFields, probe.http)];
    case 'https':
      return [
        type,
        ['port', String(probe.port)],
        ...written(httpFields, probe.http),
        ...written(tlsFields, probe.tls),
      ];
  }
}

function written<T extends object>(fields: Written<T>, value: T): [string, string][] {
  return (Object.keys(fields) as (keyof T)[]).map((field) => {
    const [key, write] = fields[field];
    return [key, write(value[field])];
  });
}
