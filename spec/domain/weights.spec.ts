import { expect } from 'chai';
import fc from 'fast-check';
import type { Frontend } from '../../domain/config.js';
import { decisionOf } from '../../domain/deciding.js';
import { desiredVip, sameDesiredVip } from '../../domain/desired.js';
import type { BackendState } from '../../domain/health.js';
import {
  type BackendStates,
  choosePool,
  decideWeights,
  frontendState,
  type Patience,
  unlimitedPatience,
} from '../../domain/weights.js';
import { ip, sampleConfig, sampleFrontend, vipKey } from '../support/domain-samples.js';

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

/** As an operator has set it. */
function withWeight(frontend: Frontend, backend: string, value: number): Frontend {
  const pools = frontend.pools.map((pool) => ({
    ...pool,
    backends: pool.backends.map((one) =>
      one.name === backend ? { ...one, weight: value, overridden: one.weight } : one,
    ),
  }));
  return { ...frontend, pools };
}

describe('domain/weights', () => {
  /** Every backend of a frontend with its decision. */
  const decisions = (frontend: Frontend, states: BackendStates, patience: Patience = unlimitedPatience) => {
    const decided = decideWeights(frontend, states, patience);
    return frontend.pools.flatMap((pool, index) =>
      pool.backends.map(({ name, weight: configured }, i) => {
        const decision = decided[index]?.[i];
        if (decision === undefined) throw new Error(`no decision about ${name}`);
        return { name, index, configured, state: states.get(name) ?? 'removed', ...decision };
      }),
    );
  };

  it('gives weight only to servers that are up and in one pool', () => {
    fc.assert(
      fc.property(anyFrontend, anyStates, (frontend, states) => {
        const serving = decisions(frontend, states).filter(({ weight }) => weight > 0);
        for (const { state, weight, configured } of serving) {
          expect(state).to.equal('up');
          expect(weight).to.equal(configured);
        }
        expect(new Set(serving.map(({ index }) => index)).size).to.equal(serving.length > 0 ? 1 : 0);
        expect(frontendState(frontend, states) === 'up').to.equal(serving.length > 0);
      }),
    );
  });

  it('prefers the first pool that can serve, and the first of all when none can', () => {
    const frontend = sampleFrontend('f', '192.0.2.1', [{ a: 0, b: 100 }, { c: 100 }]);
    const pool = (a: BackendState, b: BackendState, c: BackendState) =>
      choosePool(
        frontend,
        new Map([
          ['a', a],
          ['b', b],
          ['c', c],
        ] as const),
      ).active;
    expect(pool('up', 'up', 'up')).to.equal(0);
    expect(pool('up', 'down', 'up'), 'a pool whose only live server weighs 0 is not active').to.equal(1);
    expect(pool('down', 'down', 'up')).to.equal(1);
    expect(pool('down', 'down', 'down')).to.equal(0);
  });

  it('flushes disabled always, down where the frontend says so, others never', () => {
    fc.assert(
      fc.property(anyFrontend, anyStates, (frontend, states) => {
        for (const { state, flush } of decisions(frontend, states)) {
          expect(flush).to.equal(state === 'disabled' || (state === 'down' && frontend.flushOnDown));
        }
      }),
    );
  });

  it('holds what has no verdict, until patience ends', () => {
    fc.assert(
      fc.property(anyFrontend, anyStates, fc.subarray([...names]), (frontend, states, givenUp) => {
        const patience = { holdAll: false, givenUp: new Set<string>(givenUp) };
        for (const { name, state, hold, weight } of decisions(frontend, states, patience)) {
          if (state !== 'unknown') continue;
          expect(hold).to.equal(!patience.givenUp.has(name));
          expect(weight).to.equal(0);
        }
      }),
    );
  });

  it('holds the pools behind one whose verdict is missing: nothing moves over to them too early', () => {
    const frontend = sampleFrontend('f', '192.0.2.1', [{ a: 100 }, { b: 100 }]);
    const of = (a: BackendState, b: BackendState, patience?: Patience) =>
      decisions(
        frontend,
        new Map([
          ['a', a],
          ['b', b],
        ] as const),
        patience,
      ).map(({ weight, hold }) => [weight, hold]);
    expect(of('unknown', 'up')).to.deep.equal([
      [0, true],
      [100, true],
    ]);
    expect(of('down', 'up')).to.deep.equal([
      [0, false],
      [100, false],
    ]);
    expect(of('up', 'unknown')).to.deep.equal([
      [100, false],
      [0, true],
    ]);
    expect(of('unknown', 'up', { holdAll: false, givenUp: new Set(['a']) })).to.deep.equal([
      [0, false],
      [100, false],
    ]);
  });

  it('holds nobody whom an operator has given the weight 0: no verdict can change that', () => {
    const frontend = withWeight(sampleFrontend('f', '192.0.2.1', [{ a: 100, b: 100, c: 100 }]), 'a', 0);
    const of = (a: BackendState, holdAll: boolean) => {
      const states = new Map<string, BackendState>([
        ['a', a],
        ['b', 'unknown'],
        ['c', 'up'],
      ]);
      return decisions(frontend, states, { holdAll, givenUp: new Set() }).map(({ hold }) => hold);
    };
    expect(of('up', false)).to.deep.equal([false, true, false]);
    expect(of('up', true)).to.deep.equal([false, true, true]);
    expect(of('unknown', false), 'also without a verdict about itself').to.deep.equal([false, true, false]);
    expect(of('unknown', true)).to.deep.equal([false, true, true]);
  });

  it('takes out nobody right after a start because the config has the weight 0 now, before others are known', () => {
    const frontend = sampleFrontend('f', '192.0.2.1', [{ a: 0, b: 100 }]);
    const of = (a: BackendState, b: BackendState, holdAll: boolean) => {
      const states = new Map([
        ['a', a],
        ['b', b],
      ] as const);
      return decisions(frontend, states, { holdAll, givenUp: new Set() }).map(({ hold }) => hold);
    };
    expect(of('up', 'unknown', true)).to.deep.equal([true, true]);
    expect(of('unknown', 'up', true)).to.deep.equal([true, true]);
    expect(of('up', 'up', true)).to.deep.equal([false, false]);
    expect(of('up', 'unknown', false)).to.deep.equal([false, true]);
  });

  it('changes nothing for a verdict right after a start, while others are missing', () => {
    const frontend = sampleFrontend('f', '192.0.2.1', [{ a: 100, b: 100, c: 100 }]);
    const patience = { holdAll: true, givenUp: new Set<string>() };
    const of = (a: BackendState, b: BackendState, c: BackendState) =>
      decisions(
        frontend,
        new Map([
          ['a', a],
          ['b', b],
          ['c', c],
        ] as const),
        patience,
      ).map(({ hold, flush }) => [hold, flush]);
    expect(of('up', 'down', 'unknown')).to.deep.equal([
      [true, false],
      [true, false],
      [true, false],
    ]);
    expect(of('up', 'down', 'up')).to.deep.equal([
      [false, false],
      [false, true],
      [false, false],
    ]);
    expect(of('disabled', 'paused', 'unknown'), 'what the operator asked for holds at once').to.deep.equal([
      [false, true],
      [false, false],
      [true, false],
    ]);
  });

  it('says of each what it weighs, whether it is held, whether its flows are cut, and why', () => {
    const two = sampleFrontend('f', '192.0.2.1', [{ a: 1, b: 0 }, { c: 10 }]);
    const shown = (frontend: Frontend, states: Record<string, BackendState>, patience?: Patience) =>
      decideWeights(frontend, new Map(Object.entries(states)), patience)
        .flat()
        .map(({ weight, hold, flush, relieved, reason }) =>
          [
            weight,
            hold ? 'held' : 'told',
            flush ? 'cut' : 'left',
            ...(relieved ? ['for others'] : []),
            reason,
          ].join(' '),
        );
    expect(shown(two, { a: 'up', b: 'up', c: 'up' }), 'a weight of 1 is one').to.deep.equal([
      '1 told left up, in the active pool',
      '0 told left up, but its weight is 0',
      '0 told left for others up, but pool pool0 is active',
    ]);
    const over = { holdAll: false, givenUp: new Set(['a']) };
    expect(shown(two, { a: 'unknown', b: 'removed', c: 'up' }, over)).to.deep.equal([
      '0 told left still no verdict: counts as down',
      '0 told left removed from the config',
      '10 told left up, in the active pool',
    ]);
    expect(shown(two, { a: 'unknown', b: 'down', c: 'up' })).to.deep.equal([
      '0 held left no verdict yet: kept as VPP has it',
      '0 told cut down',
      '10 held left up, in the active pool; kept as VPP has it until pool pool0 has a verdict',
    ]);
    const start = { holdAll: true, givenUp: new Set<string>() };
    expect(shown(two, { a: 'down', b: 'paused', c: 'unknown' }, start)).to.deep.equal([
      '0 held left down; kept as VPP has it until its other backends have a verdict',
      '0 told left paused by the operator',
      '0 held left no verdict yet: kept as VPP has it',
    ]);
    const zero = withWeight(two, 'a', 0);
    const own = 'its weight is 0; weight set by the operator, 1 in the config';
    expect(shown(zero, { a: 'unknown', b: 'disabled', c: 'up' })).to.deep.equal([
      `0 told left no verdict yet, and ${own}`,
      '0 told cut disabled',
      '10 told left up, in the active pool',
    ]);
    expect(shown(zero, { a: 'up', b: 'down', c: 'down' })[0]).to.equal(`0 told left up, but ${own}`);
    expect(shown(withWeight(two, 'b', 1), { b: 'up' })[1]).to.equal(
      '1 told left up, in the active pool; weight set by the operator, 0 in the config',
    );
    const three = sampleFrontend('f', '192.0.2.1', [{ a: 5 }, { b: 1 }, { c: 1 }]);
    expect(shown(three, { a: 'down', b: 'unknown', c: 'up' })[2]).to.equal(
      '1 held left up, in the active pool; kept as VPP has it until pool pool1 has a verdict',
    );
    expect(shown(withWeight(two, 'a', 7), { a: 'up' })[0]).to.equal(
      '7 told left up, in the active pool; weight set by the operator, 1 in the config',
    );
  });

  it('calls a frontend unknown while a server without a verdict may still serve, and down only when none may', () => {
    const frontend = sampleFrontend('f', '192.0.2.1', [{ a: 100, b: 100 }, { c: 0 }]);
    const state = (a: BackendState, b: BackendState, c: BackendState, ...givenUp: string[]) =>
      frontendState(
        frontend,
        new Map([
          ['a', a],
          ['b', b],
          ['c', c],
        ] as const),
        { holdAll: false, givenUp: new Set(givenUp) },
      );
    expect(state('unknown', 'unknown', 'unknown')).to.equal('unknown');
    expect(state('unknown', 'up', 'unknown')).to.equal('up');
    expect(state('unknown', 'down', 'down')).to.equal('unknown');
    expect(state('unknown', 'paused', 'down')).to.equal('unknown');
    expect(state('disabled', 'paused', 'down')).to.equal('down');
    expect(state('down', 'down', 'unknown'), 'c cannot serve with weight 0').to.equal('down');
    expect(state('down', 'down', 'up'), 'nor when it is up').to.equal('down');
    expect(state('unknown', 'down', 'down', 'a'), 'what was given up counts as down').to.equal('down');
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
