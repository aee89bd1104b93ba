import fc from 'fast-check';
import type { Backend, Frontend, HealthCheck, MaglevConfig, Pool, ProbeParams } from '../../domain/config.js';
import { type IpFamily, ipFamily } from '../../domain/ip.js';
import { anyName } from '../support/any-name.js';
import { ip } from '../support/domain-samples.js';

/** Records with the ordinary prototype, so that they equal object literals. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

/** Valid configs of every shape: what a file may say, as the value that must come out of it. */
export function anyConfig(): fc.Arbitrary<MaglevConfig> {
  return fc
    .record({ healthchecks: namedMap(anyHealthCheck), backendCount: fc.nat({ max: 8 }) })
    .chain((base) => {
      const checks = [null, ...base.healthchecks.keys()];
      const size = { minLength: base.backendCount, maxLength: base.backendCount };
      return fc.array(anyBackend(checks), { ...size }).chain((list) => {
        const backends = uniqueNames(list);
        return record({
          access: fc.constant(null),
          healthchecker: record({
            transitionHistory: fc.integer({ min: 1, max: 1000 }),
            netns: fc.constantFrom('', 'blue', 'ns-1'),
          }),
          lb: anyLb,
          healthchecks: fc.constant(base.healthchecks),
          backends: fc.constant(backends),
          frontends: anyFrontends([...backends.values()]),
        });
      });
    });
}

const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._-]{1,8}$/),
  fc.stringMatching(/^[A-Za-z0-9._-]{64}$/),
  // The renderer writes this one without quotes, and then it is a merge key.
  anyName().filter((odd) => odd !== '<<'),
  fc.constantFrom('__proto__', 'constructor', 'true', 'null', '0', '1.5', '-', '.inf', '0x1F', '_'),
);
const milliseconds = fc.oneof(
  fc.integer({ min: 1, max: 10_000_000 }),
  fc.constantFrom(1, 1000, 1500, 60_000, 1.5),
);
const flag = fc.boolean();
const port = fc.integer({ min: 1, max: 65_535 });

const byte = fc.nat({ max: 255 });
const sourceV4 = byte.map((last) => ip(`192.0.2.${last}`));
const sourceV6 = byte
  .map((last) => ip(`2001:db8::${last.toString(16)}`))
  .filter((address) => address !== '::');
const server = fc.oneof(
  fc.tuple(byte, byte).map(([a, b]) => ip(`10.1.${a}.${b}`)),
  fc.nat({ max: 0xffff }).map((last) => ip(`2001:db8:b::${last.toString(16)}`)),
);
const vip = fc.oneof(
  byte.map((last) => ip(`203.0.113.${last}`)),
  byte.map((last) => ip(`2001:db8:f::${last.toString(16)}`)),
);

const anyLb = record({
  syncInterval: milliseconds,
  statsInterval: milliseconds,
  ipv4Source: sourceV4,
  ipv6Source: sourceV6,
  stickyBucketsPerCore: fc.nat({ max: 22 }).map((power) => 2 ** power),
  flowTimeout: fc.integer({ min: 1, max: 120 }).map((seconds) => seconds * 1000),
  delays: fc.tuple(fc.nat({ max: 60_000 }), fc.nat({ max: 60_000 })),
  newFlowsTableLength: fc.nat({ max: 20 }).map((power) => 2 ** power),
  weightMode: fc.oneof(
    fc.constant({ mode: 'exact' as const }),
    record({ mode: fc.constant('steps' as const), steps: fc.integer({ min: 1, max: 100 }) }),
  ),
}).map(({ delays, ...lb }) => ({
  ...lb,
  startupMinDelay: Math.min(...delays),
  startupMaxDelay: Math.max(...delays),
}));

/** Absent: each is new. */
const seldom = fc.option(fc.integer({ min: 2, max: 1000 }));

const tls = record({
  resume: seldom,
  serverName: fc.constantFrom(null, 'example.com', 'a-b.example', 'localhost'),
  insecureSkipVerify: flag,
  trust: fc.constant(null),
}).map(({ resume, ...others }) => (resume === null ? others : { ...others, resume }));
const code = fc.integer({ min: 100, max: 599 });
const codeRange = fc.tuple(code, code).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
const http = record({
  reuse: seldom,
  method: fc.constant('GET' as const),
  path: fc.constantFrom('/', '/health', '/a?b=c&d=%20', '/:x', '/\'"'),
  host: fc.constantFrom(null, 'example.com', 'example.com:8080', '[2001:db8::1]:80', '192.0.2.1'),
  responseCodes: fc.array(codeRange, { minLength: 1, maxLength: 4 }),
  responseRegexp: fc.constantFrom(null, 'ok', '^(a|b): "c" # d$', '(?i)fine', '\\d+', ''),
}).map(({ reuse, ...others }) => (reuse === null ? others : { ...others, reuse }));
const anyProbe: fc.Arbitrary<ProbeParams> = fc.oneof(
  record({ type: fc.constant('icmp' as const) }),
  record({ type: fc.constant('tcp' as const), port, tls: fc.option(tls) }),
  record({
    type: fc.constant('tcp' as const),
    port,
    tls: fc.constant(null),
    handshake: fc.constant('full' as const),
  }),
  record({ type: fc.constant('http' as const), port, http }),
  record({ type: fc.constant('https' as const), port, http, tls }),
);

const anyHealthCheck: fc.Arbitrary<HealthCheck> = record({
  name,
  interval: milliseconds,
  fastInterval: milliseconds,
  downInterval: milliseconds,
  timeout: milliseconds,
  rise: fc.integer({ min: 1, max: 100 }),
  fall: fc.integer({ min: 1, max: 100 }),
  probeIpv4Source: fc.option(sourceV4.filter((address) => address !== '192.0.2.0')),
  probeIpv6Source: fc.option(sourceV6),
  probe: anyProbe,
});

function anyBackend(checks: readonly (string | null)[]): fc.Arbitrary<Backend> {
  return record({ name, address: server, healthcheck: fc.constantFrom(...checks), enabled: flag });
}

/** A frontend has servers of one family, and so have all frontends of one address. */
function anyFrontends(backends: readonly Backend[]): fc.Arbitrary<ReadonlyMap<string, Frontend>> {
  const service = fc.oneof(
    record({ protocol: fc.constant('any' as const), port: fc.constant(0) }),
    record({ protocol: fc.constantFrom('tcp' as const, 'udp' as const), port }),
  );
  const frontend = record({
    name,
    description: fc.constantFrom('', 'shop', 'a: b # c', '"', 'yes', '5', 'gr\u00fcn \u{1f600}'),
    address: vip,
    service,
    srcIpSticky: flag,
    flushOnDown: flag,
    pools: fc.constantFrom<IpFamily>(4, 6).chain((family) => anyPools(backends, family)),
  });
  return fc
    .array(frontend, { maxLength: 5 })
    .map((list) =>
      uniqueVips(
        list.map(({ service: { protocol, port: number }, ...rest }) => ({ ...rest, protocol, port: number })),
      ),
    )
    .map(uniqueNames);
}

function anyPools(backends: readonly Backend[], family: IpFamily): fc.Arbitrary<readonly Pool[]> {
  const usable = backends
    .filter(({ address }) => ipFamily(address) === family)
    .map((backend) => backend.name);
  const members = fc.shuffledSubarray(usable);
  const weights = fc.array(fc.oneof(fc.nat({ max: 100 }), fc.constant(100)), { minLength: 8, maxLength: 8 });
  return fc
    .tuple(members, weights, fc.nat(), fc.uniqueArray(name, { minLength: 1, maxLength: 3 }))
    .map(([list, weightList, cut, names]) => {
      const at = cut % (list.length + 1);
      const weigh = (part: readonly string[]) =>
        part.map((member, i) => ({ name: member, weight: weightList[i] ?? 0 }));
      return names.map((pool, index) => ({
        name: pool,
        backends: index === 0 ? weigh(list.slice(0, at)) : index === 1 ? weigh(list.slice(at)) : [],
      }));
    });
}

/** Each address once is the simplest way to keep all rules about shared addresses. */
function uniqueVips(list: readonly Frontend[]): Frontend[] {
  return [...new Map(list.map((frontend) => [frontend.address, frontend])).values()];
}

function namedMap<T extends { readonly name: string }>(
  item: fc.Arbitrary<T>,
): fc.Arbitrary<ReadonlyMap<string, T>> {
  return fc.array(item, { maxLength: 4 }).map(uniqueNames);
}

function uniqueNames<T extends { readonly name: string }>(list: readonly T[]): ReadonlyMap<string, T> {
  return new Map(list.map((item) => [item.name, item]));
}
