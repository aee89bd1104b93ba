import { expect } from 'chai';
import fc from 'fast-check';
import { decideFrontend } from '../../domain/deciding.js';
import { type Foresight, foresee, foreseeAtOnce, tablesIn, withMoves } from '../../domain/foresight.js';
import type { Hypothesis } from '../../domain/hypothesis.js';
import { movedBy } from '../../domain/whole-plan.js';
import { ip, sampleConfig, sampleFrontend, sampleLbConf, vipState } from '../support/domain-samples.js';

const addresses = { a: '10.0.0.1', b: '10.0.0.2', c: '10.0.0.3' };

/** Of a VPP that is equal to what is wanted, but for servers which have these weights. */
const foresight = (
  weights: { readonly [server: string]: number },
  hypothesis: Hypothesis = { kind: 'nothing' },
): Foresight => {
  const backends = Object.fromEntries(
    Object.entries(addresses).map(([name, address]) => [name, { address }]),
  );
  const frontends = [
    sampleFrontend('web', '192.0.2.1', [{ a: 100, b: 50 }]),
    sampleFrontend('other', '192.0.2.2', [{ b: 100, c: 100 }]),
  ];
  const config = sampleConfig(backends, frontends);
  const heard = new Map(
    Object.entries(addresses).map(([name, address]) => [
      name,
      { address: ip(address), state: 'up' as const, givenUp: false },
    ]),
  );
  const circumstances = { effective: { config, paused: new Set<string>() }, heard, holdAll: false };
  const before = frontends.map((one) => decideFrontend(one, circumstances).vip);
  const vips = before.map((vip) => ({
    ...vipState(vip),
    ases: vipState(vip).ases.map((as) => ({ ...as, weight: weights[as.address] ?? as.weight })),
  }));
  return { hypothesis, circumstances, before, state: { conf: sampleLbConf, vips }, flows: null };
};
const anyWeights = fc
  .tuple(fc.nat(100), fc.nat(100), fc.nat(100))
  .map(([a, b, c]) => ({ [addresses.a]: a, [addresses.b]: b, [addresses.c]: c }));

describe('domain/foresight: what a change would send', () => {
  it('is nothing to a VPP that is equal', () => {
    expect(foreseeAtOnce(foresight({})).vips).to.deep.equal([]);
  });

  it('is the same piece by piece and at once, with what moves in each table that changes and in no other', () => {
    fc.assert(
      fc.property(anyWeights, (weights) => {
        const pieces = foresee(foresight(weights));
        let count = 0;
        let piece = pieces.next();
        for (; piece.done !== true; piece = pieces.next()) count++;
        expect(count, 'a piece a frontend at least').to.be.at.least(2);
        const plan = withMoves(piece.value, tablesIn(piece.value).map(movedBy));
        expect(plan).to.deep.equal(foreseeAtOnce(foresight(weights)));
        for (const { tables, moved } of plan.vips)
          expect(moved).to.deep.equal(tables === null ? null : movedBy(tables));
      }),
      { numRuns: 20 },
    );
  });

  it('cuts the flows of the server of which an operator says so, and in no other frontend', () => {
    const change = { frontend: 'web', pool: 'pool0', backend: 'b', weight: 50 };
    const { vips } = foreseeAtOnce(foresight({}, { kind: 'weight', change, flush: true }));
    const cuts = vips.flatMap(({ frontend, operations }) =>
      operations.map((one) => ({ frontend, cuts: 'flush' in one && one.flush })),
    );
    expect(cuts).to.deep.equal([{ frontend: 'web', cuts: true }]);
    expect(foreseeAtOnce(foresight({}, { kind: 'weight', change, flush: false })).vips).to.deep.equal([]);
  });
});
