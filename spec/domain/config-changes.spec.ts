import { expect } from 'chai';
import fc from 'fast-check';
import type { Access } from '../../domain/access.js';
import type { HealthCheck, MaglevConfig } from '../../domain/config.js';
import { type ConfigChanges, configChanges, withFrontends } from '../../domain/config-changes.js';
import { decideFrontend } from '../../domain/deciding.js';
import { vipId } from '../../domain/lb.js';
import { planPrefix } from '../../domain/plan.js';
import { anyConfig } from '../config/config-samples.js';
import { ip, sampleConfig, sampleFrontend, vipState } from '../support/domain-samples.js';

const web: HealthCheck = {
  name: 'web',
  interval: 2000,
  fastInterval: 2000,
  downInterval: 2000,
  timeout: 1000,
  rise: 2,
  fall: 3,
  probeIpv4Source: null,
  probeIpv6Source: null,
  probe: { type: 'tcp', port: 80, tls: null },
};
const base: MaglevConfig = {
  ...sampleConfig(
    {
      a: { address: '10.0.0.1', healthcheck: 'web' },
      b: { address: '10.0.0.2', healthcheck: 'web' },
      c: { address: '2001:db8::c' },
    },
    [
      sampleFrontend('shop', '192.0.2.1', [{ a: 100, b: 100 }]),
      sampleFrontend('dns', '192.0.2.2', [{ b: 10 }]),
    ],
  ),
  healthchecks: new Map([['web', web]]),
};
const shop = '192.0.2.1/32,tcp,80';
const dns = '192.0.2.2/32,tcp,80';

const nothing: ConfigChanges = {
  changes: [],
  vips: { added: [], removed: [], anew: [], serversRemoved: [], serversAdded: [] },
  begunAnew: [],
};
const changed = (
  what: 'frontend' | 'backend' | 'healthcheck',
  name: string,
  ...values: [string, string, string][]
) => ({
  how: 'changed' as const,
  what,
  name,
  values: values.map(([key, before, after]) => ({ key, before, after })),
});
const frontends = (...list: Parameters<typeof sampleFrontend>[]) =>
  new Map(list.map((one) => [one[0], sampleFrontend(...one)]));

const wantedBy = (config: MaglevConfig) =>
  [...config.frontends.values()].map(
    (frontend) =>
      decideFrontend(frontend, { effective: { config, paused: new Set() }, heard: new Map(), holdAll: false })
        .vip,
  );

describe('domain/config-changes', () => {
  it('finds nothing between a config and itself, in any order', () => {
    const reversed = {
      ...base,
      frontends: new Map([...base.frontends].reverse()),
      backends: new Map([...base.backends].reverse()),
    };
    expect(configChanges(base, base)).to.deep.equal(nothing);
    expect(configChanges(base, reversed)).to.deep.equal(nothing);
  });

  it('names weights, and says that no flow is cut by them', () => {
    const after = {
      ...base,
      frontends: frontends(['shop', '192.0.2.1', [{ a: 100, b: 50 }]], ['dns', '192.0.2.2', [{ b: 10 }]]),
    };
    expect(configChanges(base, after)).to.deep.equal({
      ...nothing,
      changes: [changed('frontend', 'shop', ['pools.pool0.b.weight', '100', '50'])],
    });
  });

  it('names who gets, loses or changes rights, and a token that is another one, but no token', () => {
    const hash = (digit: string) => digit.repeat(64);
    const access: Access = {
      anonymous: null,
      tokensFile: 'tokens',
      tokens: new Map([
        [hash('a'), { name: 'ci', role: 'operator' }],
        [hash('b'), { name: 'old', role: 'viewer' }],
      ]),
      certificates: new Map([['CN=ada', 'viewer']]),
      uids: new Map([[1000, 'viewer']]),
    };
    const after: Access = {
      anonymous: 'viewer',
      tokensFile: 'tokens',
      tokens: new Map([[hash('c'), { name: 'ci', role: 'operator' }]]),
      certificates: new Map([['CN=ada', 'admin']]),
      uids: new Map(),
    };
    const between = (a: Access | null, b: Access | null) =>
      configChanges({ ...base, access: a }, { ...base, access: b }).changes.flatMap(({ values }) =>
        values.map((value) => [value.key, value.before, value.after].join('|')),
      );
    expect(between(access, after)).to.deep.equal([
      'access.anonymous|nobody|viewer',
      'access.tokens.ci|operator (aaaaaaaa)|operator (cccccccc)',
      'access.tokens.old|viewer (bbbbbbbb)|',
      "access.certificates.'CN=ada'|viewer|admin",
      'access.uids.1000|viewer|',
    ]);
    expect(between(null, { ...after, tokens: new Map() })).to.deep.equal([
      'access.anonymous||viewer',
      'access.tokens||tokens',
      "access.certificates.'CN=ada'||admin",
    ]);
  });

  it('follows a VIP whose port, and one whose stickiness changes', () => {
    const after = {
      ...base,
      frontends: frontends(
        ['shop', '192.0.2.1', [{ a: 100, b: 100 }], { port: 8080 }],
        ['dns', '192.0.2.2', [{ b: 10 }], { srcIpSticky: true, description: 'names' }],
      ),
    };
    expect(configChanges(base, after)).to.deep.equal({
      ...nothing,
      changes: [
        changed('frontend', 'shop', ['port', '80', '8080']),
        changed('frontend', 'dns', ['description', '', 'names'], ['src-ip-sticky', 'false', 'true']),
      ],
      vips: {
        ...nothing.vips,
        added: ['192.0.2.1/32,tcp,8080'],
        removed: [shop],
        anew: [{ vip: dns, why: 'it is sticky now' }],
      },
    });
  });

  it('knows that a frontend with another name goes on with the same VIP', () => {
    const after = {
      ...base,
      frontends: frontends(['store', '192.0.2.1', [{ a: 100, b: 100 }]], ['dns', '192.0.2.2', [{ b: 10 }]]),
    };
    expect(configChanges(base, after)).to.deep.equal({
      ...nothing,
      changes: [
        { how: 'removed', what: 'frontend', name: 'shop', values: [] },
        { how: 'added', what: 'frontend', name: 'store', values: [] },
      ],
    });
  });

  it('makes every VIP anew for another table length', () => {
    const after = { ...base, lb: { ...base.lb, newFlowsTableLength: 2048, flowTimeout: 60_000 } };
    const { changes, vips } = configChanges(base, after);
    expect(changes.map(({ what, name, values }) => [what, name, values[0]?.after])).to.deep.equal([
      ['setting', 'vpp.lb.flow-timeout', '1m0s'],
      ['setting', 'vpp.lb.new-flows-table-length', '2048'],
    ]);
    expect(vips.anew.map(({ vip }) => vip)).to.deep.equal([shop, dns]);
  });

  it('follows the address of a backend into its VIPs and its verdict', () => {
    const b = { name: 'b', address: ip('10.0.0.22'), enabled: true, healthcheck: 'web' };
    const after = { ...base, backends: new Map([...base.backends, ['b', b]]) };
    expect(configChanges(base, after)).to.deep.equal({
      changes: [changed('backend', 'b', ['address', '10.0.0.2', '10.0.0.22'])],
      vips: {
        ...nothing.vips,
        serversRemoved: [shop, dns].map((vip) => ({ vip, server: '10.0.0.2' })),
        serversAdded: [shop, dns].map((vip) => ({ vip, server: '10.0.0.22' })),
      },
      begunAnew: ['b'],
    });
  });

  it('says whose verdict begins anew when a health check asks otherwise, and by another one', () => {
    const probe = { type: 'tcp', port: 8080, tls: null } as const;
    const after = { ...base, healthchecks: new Map([['web', { ...web, probe }]]) };
    expect(configChanges(base, after)).to.deep.equal({
      ...nothing,
      changes: [changed('healthcheck', 'web', ['port', '80', '8080'])],
      begunAnew: ['a', 'b'],
    });
    const renamed: MaglevConfig = {
      ...base,
      healthchecks: new Map([['tcp', { ...web, name: 'tcp' }]]),
      backends: new Map(
        [...base.backends].map(([name, one]) => [
          name,
          one.healthcheck === null ? one : { ...one, healthcheck: 'tcp' },
        ]),
      ),
    };
    expect(configChanges(base, renamed).begunAnew, 'another name is no other check').to.deep.equal([]);
  });

  it('tells pools and backends apart whose names have dots', () => {
    const named = (pool: string, backend: string): MaglevConfig => ({
      ...base,
      frontends: new Map([
        [
          'f',
          {
            ...sampleFrontend('f', '192.0.2.1', []),
            pools: [{ name: pool, backends: [{ name: backend, weight: 1 }] }],
          },
        ],
      ]),
    });
    const [change] = configChanges(named('a', 'b.c'), named('a.b', 'c')).changes;
    expect(change?.values).to.deep.include({ key: "pools.a.'b.c'.weight", before: '1', after: '' });
  });

  it('misses nothing that two configs have otherwise', () => {
    const plain = (config: MaglevConfig) =>
      JSON.stringify(config, (_, value: unknown) =>
        value instanceof Map ? [...value].sort(([x], [y]) => (x < y ? -1 : 1)) : value,
      ).replaceAll('"responseRegexp":""', '"responseRegexp":null');
    const sorted = (config: MaglevConfig): MaglevConfig => ({
      ...config,
      frontends: new Map(
        [...config.frontends].map(([name, frontend]) => {
          const pools = frontend.pools.map((pool) => ({
            ...pool,
            backends: [...pool.backends].sort((x, y) => (x.name < y.name ? -1 : 1)),
          }));
          return [name, { ...frontend, pools }];
        }),
      ),
    });
    const some = (config: MaglevConfig, other: MaglevConfig) =>
      fc.record({
        healthchecker: fc.constantFrom(config.healthchecker, other.healthchecker),
        lb: fc.constantFrom(config.lb, other.lb),
        healthchecks: fc.constantFrom(config.healthchecks, other.healthchecks),
      });
    const pair = fc
      .tuple(anyConfig(), anyConfig())
      .chain(([config, other]) =>
        some(config, other).map((parts): [MaglevConfig, MaglevConfig] => [config, { ...config, ...parts }]),
      );
    fc.assert(
      fc.property(fc.oneof(pair, fc.tuple(anyConfig(), anyConfig())), ([before, after]) => {
        const same = plain(sorted(before)) === plain(sorted(after));
        expect(configChanges(before, after).changes.length === 0).to.equal(same);
      }),
      { numRuns: 60 },
    );
  });

  it('says of VIPs and servers what is done to a VPP that has the earlier config', () => {
    fc.assert(
      fc.property(anyConfig(), anyConfig(), (before, after) => {
        const { vips } = configChanges(before, after);
        const wanted = new Map(wantedBy(after).map((vip) => [vipId(vip.key), vip]));
        const had = new Map(wantedBy(before).map((vip) => [vipId(vip.key), vipState(vip)]));
        expect(new Set(vips.removed)).to.deep.equal(new Set([...had.keys()].filter((id) => !wanted.has(id))));
        expect(new Set(vips.added)).to.deep.equal(new Set([...wanted.keys()].filter((id) => !had.has(id))));
        for (const [id, vip] of wanted) {
          const found = had.get(id);
          if (found === undefined) continue;
          const { batches } = planPrefix({ wanted: [vip], found: [found], conf: null, memory: new Map() });
          const anew = batches.some(({ kind }) => kind === 'anew');
          expect(vips.anew.some((one) => one.vip === id)).to.equal(anew);
          if (anew) continue;
          const taken = batches
            .flatMap(({ operations }) => operations)
            .flatMap((done) => (done.op === 'as-del' ? [done.address] : []));
          const told = vips.serversRemoved.flatMap((one) => (one.vip === id ? [one.server] : []));
          expect(new Set(told)).to.deep.equal(new Set(taken));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('domain/config-changes: a reload that would end every service', () => {
  const none = { ...base, frontends: new Map() };
  const valid = (config: MaglevConfig) => ({ ok: true, config, warnings: [] }) as const;

  it('is refused, and only that', () => {
    const refused = withFrontends(valid(none), base, 'maglev.yaml', 'check');
    expect(refused).to.deep.include({ ok: false, stage: 'semantic' });
    if (!refused.ok)
      expect(refused.issues[0]?.message).to.match(
        /^valid, but a reload would be refused: there are no frontends, but \d+ are/,
      );
    for (const [after, before] of [
      [base, base],
      [base, none],
      [none, none],
    ] as const)
      expect(withFrontends(valid(after), before, 'maglev.yaml', 'reload')).to.deep.equal(valid(after));
  });
});
