import { expect } from 'chai';
import fc from 'fast-check';
import type { Frontend } from '../../domain/config.js';
import type { BackendState } from '../../domain/health.js';
import {
  type BackendStates,
  choose,
  decideWeights,
  knownIn,
  type Patience,
  unlimitedPatience,
} from '../../domain/weights.js';
import { sampleFrontend } from '../support/domain-samples.js';

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
const choiceOf = (frontend: Frontend, states: BackendStates, patience: Patience = unlimitedPatience) =>
  choose(frontend, knownIn(frontend, states, patience), patience.holdAll);
const frontendState = (...of: Parameters<typeof choiceOf>) => choiceOf(...of).state;
const weightsOf = (frontend: Frontend, states: BackendStates, patience: Patience = unlimitedPatience) =>
  decideWeights(frontend, knownIn(frontend, states, patience), choiceOf(frontend, states, patience));
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
    const decided = weightsOf(frontend, states, patience);
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
      choiceOf(
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
      weightsOf(frontend, new Map(Object.entries(states)), patience)
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
