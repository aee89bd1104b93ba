import { expect } from 'chai';
import type { Frontend, MaglevConfig } from '../../domain/config.js';
import { decisionOf } from '../../domain/deciding.js';
import { desiredVip as desired, outlineOf, sameDesiredVip, seatsOf } from '../../domain/desired.js';
import type { BackendState } from '../../domain/health.js';
import { type BackendStates, choose, knownIn, unlimitedPatience } from '../../domain/weights.js';
import { ip, sampleConfig, sampleFrontend, vipKey } from '../support/domain-samples.js';

const names = ['a', 'b', 'c', 'd'] as const;
const backends = {
  a: { address: '10.0.0.1' },
  b: { address: '10.0.0.2' },
  c: { address: '10.0.0.3' },
  d: { address: '10.0.0.4' },
};

const desiredVip = (frontend: Frontend, config: MaglevConfig, states: BackendStates) => {
  const servers = frontend.pools.flatMap((pool) =>
    pool.backends.flatMap(({ name }) => config.backends.get(name) ?? []),
  );
  const outline = outlineOf(frontend, config.lb, servers);
  const known = knownIn(frontend, states, unlimitedPatience);
  return desired(
    { outline, known, choice: choose(frontend, known, false) },
    seatsOf(frontend),
    servers,
    null,
  );
};

describe('domain/desired', () => {
  const allUp = new Map(names.map((name) => [name as string, 'up' as const]));

  it('installs the servers of every pool, in numeric order, only the first pool with weight', () => {
    const frontend = sampleFrontend('f', '192.0.2.1', [
      { d: 10, a: 100 },
      { c: 100, b: 50 },
    ]);
    const vip = desiredVip(frontend, sampleConfig(backends, [frontend]), allUp);
    expect(vip.ases.map(({ address, weight }) => [address, weight])).to.deep.equal([
      ['10.0.0.1', 100],
      ['10.0.0.2', 0],
      ['10.0.0.3', 0],
      ['10.0.0.4', 10],
    ]);
    expect(vip.ases[1]?.reason).to.equal('up, but pool pool0 is active');
  });

  it('tells VPP of steps where they are wanted, on a scale that no state changes', () => {
    const frontend = sampleFrontend('f', '192.0.2.1', [{ a: 100, b: 50, c: 0 }, { d: 30 }]);
    const exact = sampleConfig(backends, [frontend]);
    const config = { ...exact, lb: { ...exact.lb, weightMode: { mode: 'steps' as const, steps: 4 } } };
    const weightsIn = (states: BackendStates) =>
      desiredVip(frontend, config, states).ases.map(({ weight }) => weight);
    expect(weightsIn(allUp)).to.deep.equal([4, 2, 0, 0]);
    expect(desiredVip(frontend, config, allUp).ases[1]?.reason).to.equal(
      'up, in the active pool; weight 50 in steps',
    );
    expect(weightsIn(new Map([...allUp, ['a', 'down' as const]]))).to.deep.equal([0, 2, 0, 0]);
    const last = new Map([...allUp, ['a', 'down' as const], ['b', 'down' as const]]);
    expect(weightsIn(last)).to.deep.equal([0, 0, 0, 4]);
  });

  it("chooses the encapsulation by the servers' family", () => {
    const servers = { a: { address: '2001:db8::a' }, b: { address: '10.0.0.2' } };
    const v4 = sampleFrontend('four', '2001:db8::1', [{ b: 1 }]);
    const v6 = sampleFrontend('six', '192.0.2.1', [{ a: 1 }]);
    const vips = [v4, v6].map((one) => desiredVip(one, sampleConfig(servers, [v4, v6]), allUp));
    expect(vips.map(({ key, encap }) => [key.prefix, encap])).to.deep.equal([
      ['2001:db8::1/128', 'gre4'],
      ['192.0.2.1/32', 'gre6'],
    ]);
  });

  it('installs one server for two backends with one address: the one that serves', () => {
    const servers = { a: { address: '10.0.0.1' }, b: { address: '10.0.0.1' } };
    const frontend = sampleFrontend('f', '192.0.2.1', [{ a: 100 }, { b: 20 }]);
    const config = sampleConfig(servers, [frontend]);
    const weights = (a: BackendState, b: BackendState) =>
      desiredVip(
        frontend,
        config,
        new Map([
          ['a', a],
          ['b', b],
        ] as const),
      ).ases.map(({ backend, weight }) => [backend, weight]);
    expect(weights('up', 'up')).to.deep.equal([['a', 100]]);
    expect(weights('down', 'up')).to.deep.equal([['b', 20]]);
    expect(weights('unknown', 'down')).to.deep.equal([['a', 0]]);
  });

  it('maps an all-port frontend to protocol 255 and seconds to seconds', () => {
    const frontend = sampleFrontend('f', '192.0.2.1', [{ a: 1 }], { protocol: 'any', port: 0 });
    const config = sampleConfig(backends, [frontend]);
    const decision = decisionOf(config.lb, [desiredVip(frontend, config, allUp)]);
    expect(decision.vips[0]?.key).to.deep.equal({ prefix: '192.0.2.1/32', protocol: 255, port: 0 });
    expect(decision.conf).to.deep.equal({
      ipv4Source: '198.51.100.1',
      ipv6Source: '2001:db8::1',
      stickyBucketsPerCore: 65536,
      flowTimeout: 40,
    });
  });

  it('tells a VIP that is wanted otherwise from one that is wanted the same, in whatever it differs', () => {
    const frontend = sampleFrontend('f', '192.0.2.1', [{ a: 10, b: 0 }]);
    const vip = desiredVip(frontend, sampleConfig(backends, [frontend]), allUp);
    expect(sameDesiredVip(vip, structuredClone(vip))).to.equal(true);
    const other: { [K in keyof Required<typeof vip>]: (typeof vip)[K] } = {
      frontend: 'g',
      key: vipKey('192.0.2.1/32', 17),
      encap: 'gre6',
      tableLength: 2048,
      srcIpSticky: true,
      ases: vip.ases.slice(1),
    };
    for (const [key, value] of Object.entries(other))
      expect(sameDesiredVip(vip, { ...vip, [key]: value }), key).to.equal(false);
    const [first] = vip.ases;
    if (first === undefined) throw new Error('no server');
    const otherAs: { [K in keyof Required<typeof first>]: (typeof first)[K] } = {
      address: ip('10.0.0.9'),
      backend: 'z',
      weight: 11,
      hold: true,
      flush: true,
      relieved: true,
      reason: 'another',
    };
    for (const [key, value] of Object.entries(otherAs)) {
      const ases = [{ ...first, [key]: value }, ...vip.ases.slice(1)];
      expect(sameDesiredVip(vip, { ...vip, ases }), key).to.equal(false);
    }
  });
});
