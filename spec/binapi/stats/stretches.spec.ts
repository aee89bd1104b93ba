import { expect } from 'chai';
import fc from 'fast-check';
import { Sums, simpleCounters, stretchesFor } from '../../../binapi/stats/counters.js';

describe('binapi/stats: stretches', () => {
  const indexes = fc.array(fc.nat(20_000), { maxLength: 50 });
  const lengths = fc.nat(15_000);
  const elementSize = fc.constantFrom(8, 16);

  it('hold every wanted element that exists, in order, apart, inside of the vector', () => {
    fc.assert(
      fc.property(indexes, lengths, elementSize, (wanted, length, size) => {
        const stretches = stretchesFor(wanted, length, size);
        for (const index of wanted) {
          const holders = stretches.filter(({ first, count }) => index >= first && index < first + count);
          expect(holders.length).to.equal(index < length ? 1 : 0);
        }
        let end = -1;
        for (const { first, count } of stretches) {
          expect(first).to.be.above(end);
          expect(count).to.be.above(0);
          expect(wanted).to.include(first);
          expect(wanted).to.include(first + count - 1);
          end = first + count;
        }
        expect(end).to.be.at.most(length);
      }),
    );
  });

  it('join neighbours, and leave out wide gaps', () => {
    expect(stretchesFor([7, 5, 5, 6], 100, 8)).to.deep.equal([{ first: 5, count: 3 }]);
    expect(stretchesFor([0, 9_999], 10_000, 16)).to.deep.equal([
      { first: 0, count: 1 },
      { first: 9_999, count: 1 },
    ]);
    expect(stretchesFor('all', 3, 8)).to.deep.equal([{ first: 0, count: 3 }]);
    expect(stretchesFor('all', 0, 8)).to.deep.equal([]);
  });

  it('sum like numbers of 64 bits, wherever the elements are', () => {
    const thread = fc.array(fc.bigInt(0n, 2n ** 64n - 1n), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(thread, { maxLength: 4 }), fc.array(fc.nat(45)), (threads, wanted) => {
        const length = Math.max(0, ...threads.map((row) => row.length));
        const stretches = stretchesFor(wanted, length, 512);
        const sums = new Sums(length, stretches, 1);
        for (const row of threads) {
          for (const [number, { first, count }] of stretches.entries()) {
            const part = row.slice(first, first + count);
            sums.add(number, 0, Buffer.from(BigUint64Array.from(part).buffer));
          }
        }
        const counters = simpleCounters(sums);
        for (const index of wanted) {
          const expected = threads.reduce((sum, row) => sum + (row[index] ?? 0n), 0n);
          expect(counters.at(index)).to.equal(BigInt.asUintN(64, expected));
        }
      }),
    );
  });
});
