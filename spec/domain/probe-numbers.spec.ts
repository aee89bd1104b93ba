import { expect } from 'chai';
import fc from 'fast-check';
import {
  durationBounds,
  PAGE_ROWS,
  ProbeNumbers,
  probeCodes,
  RING_SIZE,
} from '../../domain/probe-numbers.js';

const result = fc.record({
  row: fc.integer({ min: 0, max: 3 }).map((i) => [0, 1, 2, PAGE_ROWS - 1][i] ?? 0),
  code: fc.constantFrom(...probeCodes),
  at: fc.integer({ min: 0, max: 2 ** 42 }),
  // As many digits as are kept.
  durationMs: fc.oneof(
    fc.constantFrom(...durationBounds),
    fc.double({ min: 0, max: 6000, noNaN: true }).map(Math.fround),
  ),
});

describe('domain/probe-numbers', () => {
  it('has, for each backend, what was recorded for it: counts, durations and the last results', () => {
    fc.assert(
      fc.property(fc.array(result, { maxLength: 300 }), (results) => {
        const written = new ProbeNumbers();
        for (const { row, code, at, durationMs } of results) written.record(row, code, at, durationMs);
        const seen = new ProbeNumbers(written.memory);
        for (const row of [0, 1, 2, 3, PAGE_ROWS - 1]) {
          const mine = results.filter((one) => one.row === row);
          const reading = seen.read(row);
          expect(reading.results).to.equal(mine.length);
          for (const code of probeCodes) {
            expect(reading.count(code)).to.equal(mine.filter((one) => one.code === code).length);
          }
          const bounds = [Number.NEGATIVE_INFINITY, ...durationBounds, Number.POSITIVE_INFINITY];
          for (let i = 0; i + 1 < bounds.length; i++) {
            const within = mine.filter(
              ({ durationMs }) => durationMs > (bounds[i] ?? 0) && durationMs <= (bounds[i + 1] ?? 0),
            );
            expect(reading.bucket(i)).to.equal(within.length);
          }
          expect(reading.durationSumMs).to.be.closeTo(
            mine.reduce((sum, { durationMs }) => sum + durationMs, 0),
            0.001,
          );
          const newest = mine.slice(-RING_SIZE).reverse();
          expect(reading.last()).to.deep.equal(
            newest.map(({ at, durationMs, code }) => ({ at, durationMs, code })),
          );
          expect(reading.last(2)).to.have.length(Math.min(2, mine.length));
        }
      }),
    );
  });

  it('forgets everything of a row that is for another backend now, and nothing of its neighbours', () => {
    const numbers = new ProbeNumbers();
    for (const row of [0, 1, 2]) {
      numbers.record(row, 'L7OK', 1000, 3);
    }
    numbers.clear(1);
    expect(numbers.read(1)).to.include({ results: 0, durationSumMs: 0 });
    expect(numbers.read(1).last()).to.deep.equal([]);
    for (const row of [0, 2]) {
      expect(numbers.read(row).count('L7OK')).to.equal(1);
    }
  });
});
