import { Document, type ToStringOptions } from 'yaml';
import type {
  Frontend,
  HealthCheck,
  HttpParams,
  LbSettings,
  MaglevConfig,
  TlsParams,
} from '../../domain/config.js';
import { formatDuration } from '../../domain/duration.js';

/** How the same config can be written. */
export interface Style {
  readonly flow: boolean;
  /** Keys that have their default value are left out. */
  readonly terse: boolean;
  readonly options: ToStringOptions;
}

type Plain = ReadonlyMap<string, unknown>;

/** A config as the text of a file. */
export function renderConfig(config: MaglevConfig, { flow, terse, options }: Style): string {
  const keys = (pairs: readonly Key[]) => toMap(pairs, terse);
  const file = keys([
    [
      'healthchecker',
      keys([
        ['transition-history', config.healthchecker.transitionHistory, 5],
        ['netns', config.healthchecker.netns, ''],
      ]),
    ],
    ['vpp', new Map([['lb', keys(lbKeys(config.lb))]])],
    ['healthchecks', mapMap(config.healthchecks, (check) => keys(checkKeys(check, keys)))],
    [
      'backends',
      mapMap(config.backends, ({ address, healthcheck, enabled }) =>
        keys([
          ['address', address],
          ['healthcheck', healthcheck, null],
          ['enabled', enabled, true],
        ]),
      ),
    ],
    ['frontends', mapMap(config.frontends, (frontend) => keys(frontendKeys(frontend, keys)))],
  ]);
  const document = new Document(new Map([['maglev', file]]), { aliasDuplicateObjects: false });
  if (flow && document.contents !== null) Object.assign(document.contents, { flow: true });
  return document.toString(options);
}

/** A key, its value, and the value that it has when it is not written. null is never written. */
type Key = readonly [string, unknown, unknown?];
type Keys = (pairs: readonly Key[]) => Plain;

function toMap(pairs: readonly Key[], terse: boolean): Plain {
  return new Map(
    pairs.flatMap(([key, value, absent]) =>
      value === null || (terse && value === absent) ? [] : [[key, value] as const],
    ),
  );
}

function mapMap<T>(map: ReadonlyMap<string, T>, change: (value: T) => Plain): Plain {
  return new Map([...map].map(([name, value]) => [name, change(value)]));
}

function lbKeys(lb: LbSettings): Key[] {
  return [
    ['sync-interval', formatDuration(lb.syncInterval), '30s'],
    ['stats-interval', formatDuration(lb.statsInterval), '5s'],
    ['ipv4-src-address', lb.ipv4Source],
    ['ipv6-src-address', lb.ipv6Source],
    ['sticky-buckets-per-core', lb.stickyBucketsPerCore, 65_536],
    ['flow-timeout', formatDuration(lb.flowTimeout), '40s'],
    ['startup-min-delay', formatDuration(lb.startupMinDelay), '5s'],
    ['startup-max-delay', formatDuration(lb.startupMaxDelay), '30s'],
    ['new-flows-table-length', lb.newFlowsTableLength, 1024],
    ['weight-mode', lb.weightMode.mode, 'exact'],
    ['weight-steps', lb.weightMode.mode === 'steps' ? lb.weightMode.steps : null, 10],
  ];
}

function checkKeys(check: HealthCheck, keys: Keys): Key[] {
  const { probe } = check;
  const interval = formatDuration(check.interval);
  const common: Key[] = [
    ['type', probe.type],
    ['interval', interval, '2s'],
    ['fast-interval', formatDuration(check.fastInterval), interval],
    ['down-interval', formatDuration(check.downInterval), interval],
    ['timeout', formatDuration(check.timeout), '1s'],
    ['rise', check.rise, 2],
    ['fall', check.fall, 3],
    ['probe-ipv4-src', check.probeIpv4Source],
    ['probe-ipv6-src', check.probeIpv6Source],
  ];
  switch (probe.type) {
    case 'icmp':
      return common;
    case 'tcp': {
      const tls = probe.tls === null ? [] : tlsKeys(probe.tls);
      return [
        ...common,
        ['port', probe.port],
        [
          'params',
          keys([
            ['ssl', probe.tls !== null, false],
            ['handshake', probe.handshake ?? 'half', 'half'],
            ...tls,
          ]),
        ],
      ];
    }
    case 'http':
      return [...common, ['port', probe.port, 80], ['params', keys(httpKeys(probe.http))]];
    case 'https':
      return [
        ...common,
        ['port', probe.port, 443],
        ['params', keys([...httpKeys(probe.http), ...tlsKeys(probe.tls)])],
      ];
  }
}

function tlsKeys({ serverName, insecureSkipVerify, resume = 1 }: TlsParams): Key[] {
  return [
    ['server-name', serverName],
    ['insecure-skip-verify', insecureSkipVerify, false],
    ['resume', resume, 1],
  ];
}

function httpKeys(http: HttpParams): Key[] {
  return [
    ['method', http.method, 'GET'],
    ['path', http.path, '/'],
    ['reuse', http.reuse ?? 1, 1],
    ['host', http.host],
    ['response-code', http.responseCodes.map(({ from, to }) => `${from}-${to}`).join(',')],
    ['response-regexp', http.responseRegexp],
  ];
}

function frontendKeys(frontend: Frontend, keys: Keys): Key[] {
  const pools = frontend.pools.map((pool) =>
    keys([
      ['name', pool.name],
      ['backends', new Map(pool.backends.map(({ name, weight }) => [name, keys([['weight', weight, 100]])]))],
    ]),
  );
  return [
    ['description', frontend.description, ''],
    ['address', frontend.address],
    ['protocol', frontend.protocol, 'any'],
    ['port', frontend.port, 0],
    ['src-ip-sticky', frontend.srcIpSticky, false],
    ['flush-on-down', frontend.flushOnDown, true],
    ['pools', pools],
  ];
}
