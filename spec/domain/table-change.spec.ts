import { expect } from 'chai';
import fc from 'fast-check';
import { compareTables } from '../../domain/table-change.js';
import { predictBuckets, predictTable, serverOfBucket } from '../../domain/table-prediction.js';
import { randomServers, weighted } from '../support/random-servers.js';

const anyCase = fc
  .record({
    seed: fc.nat(),
    count: fc.integer({ min: 1, max: 8 }),
    before: fc.infiniteStream(fc.integer({ min: 0, max: 100 })),
    after: fc.infiniteStream(fc.integer({ min: 0, max: 100 })),
    exponents: fc.tuple(fc.nat(10), fc.nat(10)),
  })
  .map(({ seed, count, before, after, exponents: [a, b] }) => {
    const servers = randomServers(seed, count);
    const take = (weights: Iterator<number>) => weighted(servers, () => weights.next().value as number);
    return {
      before: predictTable(2 ** a, take(before)),
      // Some leave, in another order.
      after: predictTable(
        2 ** b,
        take(after)
          .slice(seed % 2)
          .reverse(),
      ),
    };
  });

describe('domain/table-change', () => {
  it('counts bucket by bucket, and never less than had to move', () => {
    fc.assert(
      fc.property(anyCase, ({ before, after }) => {
        const change = compareTables(before, after);
        const length = Math.max(before.cells.length, after.cells.length);
        let moved = 0;
        let gained = 0;
        for (let bucket = 0; bucket < length; bucket++) {
          const from = serverOfBucket(before, bucket & (before.cells.length - 1));
          const to = serverOfBucket(after, bucket & (after.cells.length - 1));
          if (from === to) continue;
          if (from === null) gained++;
          else moved++;
        }
        expect(change).to.include({ length, moved, gained });
        expect(change.hadToMove + change.collateral).to.equal(moved);
        expect(change.collateral).to.be.at.least(0);
        expect([...change.lost.values()].reduce((sum, count) => sum + count, 0)).to.equal(moved);
      }),
    );
  });

  it('finds nothing moved between equal tables, whatever the order of their servers', () => {
    fc.assert(
      fc.property(anyCase, ({ before }) => {
        const again = predictTable(before.cells.length, [...before.servers].reverse());
        expect(compareTables(before, again)).to.include({ moved: 0, hadToMove: 0, gained: 0 });
      }),
    );
  });

  it('calls what a server that leaves had as having to move, and the rest collateral', () => {
    const servers = randomServers(1, 10);
    const before = predictTable(1024, servers);
    const after = predictTable(
      1024,
      weighted(servers, (place) => (place === 3 ? 0 : 100)),
    );
    const change = compareTables(before, after);
    expect(change.hadToMove).to.equal(predictBuckets(1024, servers)[3]);
    expect(change.moved / 1024).to.be.within(0.18, 0.3);
    expect([...change.lost].find(([address]) => address === servers[3]?.address)?.[1]).to.equal(
      change.hadToMove,
    );
  });
});
