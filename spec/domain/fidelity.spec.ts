import { expect } from 'chai';
import fc from 'fast-check';
import { ERROR_POINTS, fidelityOf, isFaithful, remedyOf, surelyFaithful } from '../../domain/fidelity.js';
import { randomServers, weighted } from '../support/random-servers.js';

function serversOf(...weights: readonly number[]) {
  return weighted(randomServers(1, weights.length), (place) => weights[place] ?? 0);
}

const many = (count: number, weight: number) => new Array<number>(count).fill(weight);

describe('domain/fidelity', () => {
  it('finds no fault with equal weights, nor with nobody at all', () => {
    expect(fidelityOf(1024, serversOf(100, 100)).error).to.equal(0);
    expect(isFaithful(fidelityOf(1024, serversOf(...many(20, 100))))).to.equal(true);
    expect(isFaithful(fidelityOf(1, serversOf(0, 0)))).to.equal(true);
    expect(isFaithful(fidelityOf(1024, []))).to.equal(true);
  });

  it('shows what VPP makes of weights that are too heavy for the table', () => {
    const { shares, error, starved } = fidelityOf(1024, serversOf(...many(10, 100), ...many(10, 50)));
    // As was counted on a live VPP: 52 or 53 and 50 buckets, where 68 and 34 are right.
    expect(shares.map(({ buckets }) => buckets).every((count) => count >= 50 && count <= 53)).to.equal(true);
    expect(error).to.be.within(1.5, 1.7);
    expect(starved).to.equal(0);
  });

  it('counts those who get nothing', () => {
    const fidelity = fidelityOf(16, serversOf(...many(20, 1)));
    expect(fidelity.starved).to.equal(4);
    expect(isFaithful(fidelity)).to.equal(false);
  });

  it('names the smallest table and the coarsest weights that are right', () => {
    const servers = serversOf(...many(10, 100), ...many(10, 50));
    expect(remedyOf(1024, servers)).to.deep.equal({
      tableLength: 2048,
      coarser: { steps: 2, weights: [...many(10, 2), ...many(10, 1)] },
    });
    // A ninth each: 15 of 128 is the first that is near enough.
    expect(remedyOf(4, serversOf(...many(9, 1)))).to.deep.equal({ tableLength: 128, coarser: null });
  });

  it('is sure only of shares that are right, and sure of the usual ones', () => {
    expect(surelyFaithful(1024, many(10, 10))).to.equal(true);
    expect(surelyFaithful(4096, many(10, 100))).to.equal(true);
    expect(surelyFaithful(16, many(20, 1))).to.equal(false);
    const weight = fc.integer({ min: 0, max: 100 });
    const pairs = fc.array(fc.tuple(weight, weight), { maxLength: 12 });
    fc.assert(
      fc.property(pairs, fc.integer({ min: 0, max: 12 }), (list, exponent) => {
        const asked = list.map(([one]) => one);
        // Above 0 stays above 0, as where weights are mapped to steps.
        const installed = list.map(([one, other]) => (one === 0 ? 0 : Math.max(1, other)));
        if (!surelyFaithful(2 ** exponent, asked, installed)) return;
        const fidelity = fidelityOf(2 ** exponent, serversOf(...asked), serversOf(...installed));
        expect(isFaithful(fidelity)).to.equal(true);
      }),
      { numRuns: 300 },
    );
  });

  it('gives remedies that are ones, and the smallest', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 0, max: 12 }), (list, exponent) => {
        const servers = serversOf(...list);
        const length = 2 ** exponent;
        const remedy = remedyOf(length, servers);
        if (remedy.tableLength !== null) {
          expect(isFaithful(fidelityOf(remedy.tableLength, servers))).to.equal(true);
          if (remedy.tableLength > length)
            expect(isFaithful(fidelityOf(remedy.tableLength / 2, servers))).to.equal(false);
        }
        if (remedy.coarser !== null) {
          const { weights: coarser } = remedy.coarser;
          const coarse = weighted(servers, (place) => coarser[place] ?? 0);
          expect(fidelityOf(length, servers, coarse).error).to.be.at.most(ERROR_POINTS);
          expect(coarse.map(({ weight }) => weight > 0)).to.deep.equal(list.map((weight) => weight > 0));
        }
      }),
    );
  });
});
