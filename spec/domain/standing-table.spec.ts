import { expect } from 'chai';
import fc from 'fast-check';
import { count, fullHealth, probeInterval, undecided, verdictOf } from '../../domain/rise-fall.js';
import { StandingTable, StandingTables, standingNumber, standingOf } from '../../domain/standing-table.js';

const counting = fc.record({
  rise: fc.integer({ min: 1, max: 100 }),
  fall: fc.integer({ min: 1, max: 100 }),
  interval: fc.integer({ min: 10, max: 60_000 }),
  fastInterval: fc.integer({ min: 10, max: 60_000 }),
  downInterval: fc.integer({ min: 10, max: 60_000 }),
});

describe('domain/standing-table', () => {
  it('counts any results as the rule of rise and fall does, and is as patient', () => {
    fc.assert(
      fc.property(counting, fc.array(fc.boolean(), { maxLength: 400 }), (rules, passes) => {
        const table = new StandingTable(rules);
        let standing = undecided(rules);
        let number = standingNumber(standing);
        for (const pass of passes) {
          expect(table.interval[number]).to.equal(probeInterval(rules, standing));
          standing = count(rules, standing, pass);
          number = (pass ? table.onPass : table.onFail)[number] ?? Number.NaN;
          expect(standingOf(number)).to.deep.equal(standing);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('knows every standing by a number of its own', () => {
    const rules = { rise: 3, fall: 4 };
    const all = [true, false].flatMap((decided) =>
      Array.from({ length: fullHealth(rules) + 1 }, (_, counter) => ({ decided, counter })),
    );
    expect(new Set(all.map(standingNumber)).size).to.equal(all.length);
    expect(all.map((one) => standingOf(standingNumber(one)))).to.deep.equal(all);
  });

  it('knows before each change of a verdict that the next result may bring one, and nothing of the kind of those who are as they were for long', () => {
    fc.assert(
      fc.property(counting, fc.array(fc.boolean(), { maxLength: 400 }), (rules, passes) => {
        const table = new StandingTable(rules);
        let number = standingNumber(undecided(rules));
        for (const pass of passes) {
          const { [number]: decides } = table.decides;
          const [onPass = 0, onFail = 0] = [table.onPass[number], table.onFail[number]];
          const verdict = verdictOf(rules, standingOf(number));
          const next = pass ? onPass : onFail;
          const moves = onPass !== number && onFail !== number;
          if (moves && verdictOf(rules, standingOf(next)) !== verdict) expect(decides).to.equal(1);
          if (!moves) expect(decides).to.equal(0);
          number = next;
        }
      }),
      { numRuns: 50 },
    );
    const table = new StandingTable({ rise: 2, fall: 3, interval: 1, fastInterval: 1, downInterval: 1 });
    // From fully down to fully healthy.
    const decided = [0, 1, 2, 3, 4].map(
      (counter) => table.decides[standingNumber({ decided: true, counter })],
    );
    expect(decided).to.deep.equal([0, 1, 1, 0, 0]);
  });

  it('is made once for checks that count alike', () => {
    const tables = new StandingTables();
    const rules = { rise: 2, fall: 3, interval: 1000, fastInterval: 100, downInterval: 1000 };
    expect(tables.of({ ...rules })).to.equal(tables.of({ ...rules }));
    expect(tables.of({ ...rules, interval: 2000 })).not.to.equal(tables.of(rules));
  });
});
