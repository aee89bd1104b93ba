import { expect } from 'chai';
import fc from 'fast-check';
import { decide, desiredVip } from '../../domain/desired.js';
import type { BackendState } from '../../domain/health.js';
import { activePool, decideWeight, frontendState } from '../../domain/weights.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';

const anyState = fc.constantFrom<BackendState>('unknown', 'up', 'down', 'paused', 'disabled', 'removed');
const names = ['a', 'b', 'c', 'd'] as const;
const anyStates = fc
  .tuple(anyState, anyState, anyState, anyState)
  .map((states) => new Map(names.map((name, i) => [name as string, states[i] ?? 'unknown'])));
const anyWeight = fc.integer({ min: 0, max: 100 });
const anyFrontend = fc
  .tuple(anyWeight, anyWeight, anyWeight, anyWeight, fc.boolean())
  .map(([a, b, c, d, flushOnDown]) =>
    sampleFrontend(
      'f',
      '192.0.2.1',
      [
        { a, b },
        { c, d },
      ],
      { flushOnDown },
    ),
  );
const backends = {
  a: { address: '10.0.0.1' },
  b: { address: '10.0.0.2' },
  c: { address: '10.0.0.3' },
  d: { address: '10.0.0.4' },
};

describe('domain/weights', () => {
  it('gives weight only to servers that are up and in one pool', () => {
    fc.assert(
      fc.property(anyFrontend, anyStates, (frontend, states) => {
        const pools = new Set<number>();
        frontend.pools.forEach((pool, index) => {
          for (const backend of pool.backends) {
            const { weight } = decideWeight(frontend, index, backend, states);
            if (weight !== null && weight > 0) {
              expect(states.get(backend.name)).to.equal('up');
              expect(weight).to.equal(backend.weight);
              pools.add(index);
            }
            expect(weight === null).to.equal(states.get(backend.name) === 'unknown');
          }
        });
        expect(pools.size).to.be.at.most(1);
        expect(frontendState(frontend, states) === 'up').to.equal(pools.size === 1);
      }),
    );
  });

  it('prefers the first pool that can serve, and the first of all when none can', () => {
    const frontend = sampleFrontend('f', '192.0.2.1', [{ a: 0, b: 100 }, { c: 100 }]);
    const pool = (a: BackendState, b: BackendState, c: BackendState) =>
      activePool(
        frontend,
        new Map([
          ['a', a],
          ['b', b],
          ['c', c],
        ] as const),
      );
    expect(pool('up', 'up', 'up')).to.equal(0);
    expect(pool('up', 'down', 'up'), 'a pool whose only live server weighs 0 is not active').to.equal(1);
    expect(pool('down', 'down', 'up')).to.equal(1);
    expect(pool('down', 'down', 'down')).to.equal(0);
  });

  it('flushes disabled always, down where the frontend says so, others never', () => {
    fc.assert(
      fc.property(anyFrontend, anyStates, (frontend, states) => {
        frontend.pools.forEach((pool, index) => {
          for (const backend of pool.backends) {
            const state = states.get(backend.name);
            const expected = state === 'disabled' || (state === 'down' && frontend.flushOnDown);
            expect(decideWeight(frontend, index, backend, states).flush).to.equal(expected);
          }
        });
      }),
    );
  });

  it('calls a frontend unknown only while no server has a verdict', () => {
    const frontend = sampleFrontend('f', '192.0.2.1', [{ a: 100, b: 100 }]);
    const state = (a: BackendState, b: BackendState) =>
      frontendState(
        frontend,
        new Map([
          ['a', a],
          ['b', b],
        ] as const),
      );
    expect(state('unknown', 'unknown')).to.equal('unknown');
    expect(state('unknown', 'down')).to.equal('down');
    expect(state('unknown', 'up')).to.equal('up');
    expect(state('disabled', 'paused')).to.equal('down');
  });
});

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

  it("chooses the encapsulation by the servers' family", () => {
    const servers = { a: { address: '2001:db8::a' }, b: { address: '10.0.0.2' } };
    const v4 = sampleFrontend('four', '2001:db8::1', [{ b: 1 }]);
    const v6 = sampleFrontend('six', '192.0.2.1', [{ a: 1 }]);
    const { vips } = decide(sampleConfig(servers, [v4, v6]), allUp);
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
    expect(weights('unknown', 'down')).to.deep.equal([['a', null]]);
  });

  it('maps an all-port frontend to protocol 255 and seconds to seconds', () => {
    const frontend = sampleFrontend('f', '192.0.2.1', [{ a: 1 }], { protocol: 'any', port: 0 });
    const decision = decide(sampleConfig(backends, [frontend]), allUp);
    expect(decision.vips[0]?.key).to.deep.equal({ prefix: '192.0.2.1/32', protocol: 255, port: 0 });
    expect(decision.conf).to.deep.equal({
      ipv4Source: '198.51.100.1',
      ipv6Source: '2001:db8::1',
      stickyBucketsPerCore: 65536,
      flowTimeout: 40,
    });
  });
});
