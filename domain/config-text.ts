import type { Access } from './access.js';
import type {
  Frontend,
  HealthCheck,
  HttpParams,
  LbSettings,
  MaglevConfig,
  ProbeParams,
  TlsParams,
} from './config.js';
import { formatDuration } from './duration.js';

/** What a key of a YAML file has: nothing, a scalar as it is written, keys of its own, or a list of such. */
type Value = null | string | Keys | readonly Keys[];
type Keys = readonly (readonly [key: string, value: Value])[];

/**
 * A config as the text of a file that means the same, with every default written out. Nothing in it is a secret: of
 * tokens it has the names and roles, as comments, and of certificates and keys the names of their files.
 */
export function configText(config: MaglevConfig): string {
  const { access, healthchecker, lb, healthchecks, backends, frontends } = config;
  const file: Keys = [
    ['access', access === null ? null : accessKeys(access)],
    [
      'healthchecker',
      [
        ['transition-history', String(healthchecker.transitionHistory)],
        ['netns', text(healthchecker.netns)],
      ],
    ],
    ['vpp', [['lb', lbKeys(lb)]]],
    ['healthchecks', record(healthchecks, checkKeys)],
    [
      'backends',
      record(backends, ({ address, healthcheck, enabled }) => [
        ['address', text(address)],
        ['healthcheck', healthcheck === null ? null : text(healthcheck)],
        ['enabled', String(enabled)],
      ]),
    ],
    ['frontends', record(frontends, frontendKeys)],
  ];
  const lines = keyLines([['maglev', file]], '');
  return `${[...lines, ...tokenLines(access)].join('\n')}\n`;
}

/** Who has a token: comments, because that is said by another file. */
function tokenLines(access: Access | null): string[] {
  const owners = [...(access?.tokens.values() ?? [])];
  if (owners.length === 0) return [];
  return [
    '# Tokens, without what stands for them:',
    ...owners.map(({ name, role }) => `#   ${name} ${role}`),
  ];
}

function accessKeys({ anonymous, tokensFile, certificates, uids }: Access): Keys {
  return [
    ['anonymous', anonymous ?? 'nobody'],
    ['tokens', tokensFile === null ? null : text(tokensFile)],
    ['certificates', [...certificates].map(([subject, role]) => [text(subject), role])],
    ['uids', [...uids].map(([uid, role]) => [String(uid), role])],
  ];
}

function lbKeys(lb: LbSettings): Keys {
  return [
    ['ipv4-src-address', text(lb.ipv4Source)],
    ['ipv6-src-address', text(lb.ipv6Source)],
    ['sync-interval', formatDuration(lb.syncInterval)],
    ['stats-interval', formatDuration(lb.statsInterval)],
    ['sticky-buckets-per-core', String(lb.stickyBucketsPerCore)],
    ['flow-timeout', formatDuration(lb.flowTimeout)],
    ['startup-min-delay', formatDuration(lb.startupMinDelay)],
    ['startup-max-delay', formatDuration(lb.startupMaxDelay)],
    ['new-flows-table-length', String(lb.newFlowsTableLength)],
    ['weight-mode', lb.weightMode.mode],
    ['weight-steps', lb.weightMode.mode === 'steps' ? String(lb.weightMode.steps) : null],
  ];
}

function checkKeys(check: HealthCheck): Keys {
  const { probe, probeIpv4Source, probeIpv6Source } = check;
  return [
    ['type', probe.type],
    ['interval', formatDuration(check.interval)],
    ['fast-interval', formatDuration(check.fastInterval)],
    ['down-interval', formatDuration(check.downInterval)],
    ['timeout', formatDuration(check.timeout)],
    ['rise', String(check.rise)],
    ['fall', String(check.fall)],
    ['probe-ipv4-src', probeIpv4Source === null ? null : text(probeIpv4Source)],
    ['probe-ipv6-src', probeIpv6Source === null ? null : text(probeIpv6Source)],
    ...probeKeys(probe),
  ];
}

function probeKeys(probe: ProbeParams): Keys {
  switch (probe.type) {
    case 'icmp':
      return [];
    case 'tcp': {
      const tls = probe.tls === null ? [] : tlsKeys(probe.tls);
      const handshake = probe.tls === null ? (probe.handshake ?? 'half') : null;
      return [
        ['port', String(probe.port)],
        ['params', [['ssl', String(probe.tls !== null)], ['handshake', handshake], ...tls]],
      ];
    }
    case 'http':
      return [
        ['port', String(probe.port)],
        ['params', httpKeys(probe.http)],
      ];
    case 'https':
      return [
        ['port', String(probe.port)],
        ['params', [...httpKeys(probe.http), ...tlsKeys(probe.tls)]],
      ];
  }
}

function httpKeys({ method, path, host, responseCodes, responseRegexp, reuse = 1 }: HttpParams): Keys {
  const codes = responseCodes.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
  return [
    ['path', text(path)],
    ['host', host === null ? null : text(host)],
    ['method', method],
    ['response-code', text(codes)],
    ['response-regexp', responseRegexp === null ? null : text(responseRegexp)],
    ['reuse', String(reuse)],
  ];
}

function tlsKeys({ serverName, insecureSkipVerify, trust, resume = 1 }: TlsParams): Keys {
  return [
    ['server-name', serverName === null ? null : text(serverName)],
    ['insecure-skip-verify', String(insecureSkipVerify)],
    ['ca-file', trust === null ? null : text(trust.file)],
    ['resume', String(resume)],
  ];
}

function frontendKeys(frontend: Frontend): Keys {
  const pools = frontend.pools.map(({ name, backends }): Keys => {
    const weights = backends.map(({ name, weight }): Keys[number] => {
      return [text(name), [['weight', String(weight)]]];
    });
    return [
      ['name', text(name)],
      ['backends', weights],
    ];
  });
  return [
    ['description', text(frontend.description)],
    ['address', text(frontend.address)],
    ['protocol', frontend.protocol],
    ['port', String(frontend.port)],
    ['src-ip-sticky', String(frontend.srcIpSticky)],
    ['flush-on-down', String(frontend.flushOnDown)],
    ['pools', pools],
  ];
}

function record<T>(map: ReadonlyMap<string, T>, keysOf: (value: T) => Keys): Keys {
  return [...map].map(([name, value]) => [text(name), keysOf(value)]);
}

/** What has no value is left out. */
function keyLines(keys: Keys, indent: string): string[] {
  return keys.flatMap(([key, value]) => {
    if (value === null) return [];
    if (typeof value === 'string') return [`${indent}${key}: ${value}`];
    if (value.length === 0) return [`${indent}${key}: {}`];
    const below = `${indent}  `;
    const lines = isList(value) ? value.flatMap((item) => itemLines(item, below)) : keyLines(value, below);
    return [`${indent}${key}:`, ...lines];
  });
}

/** No list is empty: pools alone are one. */
function isList(value: Keys | readonly Keys[]): value is readonly Keys[] {
  return Array.isArray(value[0]?.[0]);
}

function itemLines(item: Keys, indent: string): string[] {
  const [first = '', ...rest] = keyLines(item, `${indent}  `);
  return [`${indent}- ${first.trimStart()}`, ...rest];
}

/** Words that old readers of YAML take for a switch or for nothing. */
const special = /^(true|false|null|yes|no|on|off|y|n)$/i;
const word = /^[A-Za-z/][\w./-]*$/;
/** With `::` within it, nobody takes it for a number to the base of 60. */
const address = /^(\d+\.\d+\.\d+\.\d+|[\da-f]+(:[\da-f]+)*::[\da-f:]*[\da-f])$/;
/** Control characters, and those that hide or turn around text. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Plain where nobody can take it for anything else; otherwise in double quotes. */
function text(value: string): string {
  if ((word.test(value) && !special.test(value)) || address.test(value)) return value;
  const escaped = value.replace(/["\\]/g, '\\$&').replace(unprintable, (character) => {
    return `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`;
  });
  return `"${escaped}"`;
}
