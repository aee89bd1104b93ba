import { expect } from 'chai';
import fc from 'fast-check';
import type { Pool } from '../../domain/config.js';
import { fidelityOf } from '../../domain/fidelity.js';
import { compareTables } from '../../domain/table-change.js';
import { predictTable } from '../../domain/table-prediction.js';
import { replicasIn } from '../../domain/weight-mode.js';
import { randomServers, weighted } from '../support/random-servers.js';

function poolOf(weights: readonly number[], overridden: ReadonlyMap<number, number> = new Map()): Pool {
  return {
    name: 'p',
    backends: weights.map((weight, i) => {
      const set = overridden.get(i);
      return set === undefined
        ? { name: `b${i}`, weight }
        : { name: `b${i}`, weight: set, overridden: weight };
    }),
  };
}

/** What draining one of ten servers of weight 100 moves, as a share of the table, over 100 sets of addresses. */
function drained(steps: number, length: number): number {
  const replicas = replicasIn(poolOf(new Array<number>(10).fill(100)), { mode: 'steps', steps });
  let sum = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const servers = weighted(randomServers(seed, 10), (_, weight) => replicas(weight));
    const without = weighted(servers, (place, weight) => (place === seed % 10 ? 0 : weight));
    sum += compareTables(predictTable(length, servers), predictTable(length, without)).moved / length;
  }
  return sum / 100;
}

const anyWeights = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 20 });
const anySteps = fc.integer({ min: 1, max: 100 });

describe('domain/weight-mode', () => {
  it('passes weights on as they are, when they shall be exact', () => {
    const replicas = replicasIn(poolOf([3, 7]), { mode: 'exact' });
    expect([0, 1, 50, 100].map(replicas)).to.deep.equal([0, 1, 50, 100]);
  });

  it('maps to 1 up to the number of steps, 0 only to 0, and heavier ones never to fewer', () => {
    fc.assert(
      fc.property(anyWeights, anySteps, (weights, steps) => {
        const replicas = replicasIn(poolOf(weights), { mode: 'steps', steps });
        const sorted = [...weights].sort((a, b) => a - b);
        const mapped = sorted.map(replicas);
        for (const [i, weight] of sorted.entries()) {
          expect(mapped[i]).to.be.within(weight === 0 ? 0 : 1, weight === 0 ? 0 : steps);
          if (i > 0) expect(mapped[i]).to.be.at.least(mapped[i - 1] ?? 0);
        }
      }),
    );
  });

  it('keeps its scale when an operator lowers one of the weights, to 0 too, and takes it back', () => {
    fc.assert(
      fc.property(anyWeights, anySteps, fc.nat(), fc.nat(100), (weights, steps, which, lower) => {
        const at = which % weights.length;
        const own = weights[at] ?? 0;
        const set = new Map([[at, Math.min(own, lower)]]);
        const before = replicasIn(poolOf(weights), { mode: 'steps', steps });
        const after = replicasIn(poolOf(weights, set), { mode: 'steps', steps });
        for (const weight of weights) expect(after(weight)).to.equal(before(weight));
      }),
    );
  });

  it('gives shares within one point wherever the steps can express the weights', () => {
    const cases = [
      [4, 65_536],
      [10, 16_384],
    ] as const;
    for (const [steps, length] of cases) {
      const places = fc.array(fc.integer({ min: 0, max: steps }), { minLength: 3, maxLength: 60 });
      fc.assert(
        fc.property(places, fc.integer({ min: 1, max: Math.floor(100 / steps) }), (list, unit) => {
          const weights = [...list, steps].map((place) => place * unit);
          const replicas = replicasIn(poolOf(weights), { mode: 'steps', steps });
          const servers = weighted(randomServers(unit, weights.length), (place) => weights[place] ?? 0);
          const installed = weighted(servers, (_, weight) => replicas(weight));
          expect(fidelityOf(length, servers, installed).error).to.be.at.most(1);
        }),
      );
    }
  });

  it('moves little more than it must: 4 steps on 65,536 buckets, 10 steps on 16,384', () => {
    expect(drained(4, 65_536)).to.be.within(0.1, 0.108);
    expect(drained(10, 16_384)).to.be.within(0.1, 0.122);
  }).timeout(10_000);
});
