import { expect } from 'chai';
import fc from 'fast-check';
import {
  count,
  fullHealth,
  isDegraded,
  probeInterval,
  type RiseFall,
  refitted,
  type Standing,
  undecided,
  verdictOf,
} from '../../domain/rise-fall.js';

const rules = fc.record({ rise: fc.integer({ min: 1, max: 10 }), fall: fc.integer({ min: 1, max: 10 }) });
const history = fc.array(fc.boolean(), { minLength: 1, maxLength: 60 });

function standingAfter(
  rule: RiseFall,
  results: readonly boolean[],
  from: Standing = undecided(rule),
): Standing {
  return results.reduce((standing, pass) => count(rule, standing, pass), from);
}

const times = (n: number, pass: boolean) => new Array<boolean>(n).fill(pass);

describe('rise and fall', () => {
  it('knows nothing before the first verdict: one pass makes it fully healthy, `fall` failures in a row fully down', () => {
    fc.assert(
      fc.property(rules, (rule) => {
        for (let failures = 0; failures < rule.fall; failures++) {
          const standing = standingAfter(rule, times(failures, false));
          expect(verdictOf(rule, standing)).to.equal('unknown');
          expect(count(rule, standing, true)).to.deep.equal({ decided: true, counter: fullHealth(rule) });
        }
        expect(standingAfter(rule, times(rule.fall, false))).to.deep.equal({ decided: true, counter: 0 });
      }),
    );
  });

  it('counts within 0..rise+fall-1, one step a result, and is up exactly at rise and above', () => {
    fc.assert(
      fc.property(rules, fc.boolean(), history, (rule, first, results) => {
        let standing = standingAfter(rule, times(rule.fall, first));
        for (const pass of results) {
          const next = count(rule, standing, pass);
          const free = pass ? standing.counter < fullHealth(rule) : standing.counter > 0;
          expect(next.counter - standing.counter).to.equal(free ? (pass ? 1 : -1) : 0);
          expect(next.counter).to.be.within(0, rule.rise + rule.fall - 1);
          expect(verdictOf(rule, next)).to.equal(next.counter >= rule.rise ? 'up' : 'down');
          standing = next;
        }
      }),
    );
  });

  it('goes down from full health at the fall-th failure in a row, never before', () => {
    fc.assert(
      fc.property(rules, history, (rule, results) => {
        const full = standingAfter(rule, [...results, ...times(rule.rise + rule.fall, true)]);
        expect(full.counter).to.equal(fullHealth(rule));
        expect(verdictOf(rule, standingAfter(rule, times(rule.fall - 1, false), full))).to.equal('up');
        expect(verdictOf(rule, standingAfter(rule, times(rule.fall, false), full))).to.equal('down');
      }),
    );
  });

  it('comes up from fully down at the rise-th pass in a row, never before', () => {
    fc.assert(
      fc.property(rules, history, (rule, results) => {
        const dead = standingAfter(rule, [...results, ...times(rule.rise + rule.fall, false)]);
        expect(dead.counter).to.equal(0);
        expect(verdictOf(rule, standingAfter(rule, times(rule.rise - 1, true), dead))).to.equal('down');
        expect(verdictOf(rule, standingAfter(rule, times(rule.rise, true), dead))).to.equal('up');
      }),
    );
  });

  it('never turns without more failures than passes since it was at full health', () => {
    fc.assert(
      fc.property(rules, history, (rule, results) => {
        let standing: Standing = { decided: true, counter: fullHealth(rule) };
        let failures = 0;
        let passes = 0;
        for (const pass of results) {
          standing = count(rule, standing, pass);
          if (pass) passes++;
          else failures++;
          if (verdictOf(rule, standing) === 'down') {
            expect(failures).to.be.at.least(rule.fall);
            return;
          }
          if (standing.counter === fullHealth(rule)) {
            failures = 0;
            passes = 0;
          } else expect(failures).to.be.above(passes);
        }
      }),
    );
  });

  it('probes fast while unknown or degraded, at the down-interval when fully down, otherwise normally', () => {
    const intervals = { interval: 2000, fastInterval: 500, downInterval: 10_000 };
    fc.assert(
      fc.property(rules, history, (rule, results) => {
        const check = { ...rule, ...intervals };
        expect(probeInterval(check, { decided: true, counter: 0 })).to.equal(10_000);
        expect(probeInterval(check, { decided: true, counter: fullHealth(rule) })).to.equal(2000);
        expect(probeInterval(check, undecided(rule))).to.equal(500);
        const standing = standingAfter(rule, [true, ...results]);
        const expected = isDegraded(rule, standing) ? 500 : standing.counter === 0 ? 10_000 : 2000;
        expect(probeInterval(check, standing)).to.equal(expected);
        expect(isDegraded(rule, standing)).to.equal(
          standing.counter !== 0 && standing.counter !== fullHealth(rule),
        );
      }),
    );
  });

  it('keeps verdict and half of the counter under other rules', () => {
    fc.assert(
      fc.property(rules, rules, history, (before, after, results) => {
        const standing = standingAfter(before, results);
        const next = refitted(before, after, standing);
        const verdict = verdictOf(before, standing);
        expect(verdictOf(after, next)).to.equal(verdict);
        if (verdict === 'down') expect(next.counter).to.be.within(0, after.rise - 1);
        else expect(next.counter).to.be.within(after.rise, fullHealth(after));
        expect(refitted(before, before, standing), 'no change').to.deep.equal(standing);
      }),
    );
    const cases = [
      { at: 0, before: { rise: 3, fall: 3 }, after: { rise: 2, fall: 3 }, counter: 0 },
      { at: 0, before: { rise: 2, fall: 3 }, after: { rise: 4, fall: 3 }, counter: 0 },
      { at: 1, before: { rise: 2, fall: 3 }, after: { rise: 4, fall: 3 }, counter: 3 },
      { at: 4, before: { rise: 2, fall: 3 }, after: { rise: 2, fall: 1 }, counter: 2 },
      { at: 2, before: { rise: 2, fall: 3 }, after: { rise: 5, fall: 9 }, counter: 5 },
      { at: 3, before: { rise: 2, fall: 3 }, after: { rise: 2, fall: 5 }, counter: 3 },
      { at: 4, before: { rise: 2, fall: 3 }, after: { rise: 2, fall: 5 }, counter: 6 },
      { at: 2, before: { rise: 2, fall: 1 }, after: { rise: 1, fall: 4 }, counter: 4 },
    ];
    for (const { at, before, after, counter } of cases) {
      expect(refitted(before, after, { decided: true, counter: at })).to.deep.equal({
        decided: true,
        counter,
      });
    }
  });

  it('walks through one life, with rise 2 and fall 3', () => {
    const rule = { rise: 2, fall: 3 };
    const life = [true, true, true, false, false, true, false, false, false, true, false, true, true];
    const counters: number[] = [];
    const verdicts: string[] = [];
    let standing = undecided(rule);
    for (const pass of life) {
      standing = count(rule, standing, pass);
      counters.push(standing.counter);
      verdicts.push(verdictOf(rule, standing));
    }
    expect(counters).to.deep.equal([4, 4, 4, 3, 2, 3, 2, 1, 0, 1, 0, 1, 2]);
    expect(verdicts.join(' ')).to.equal('up up up up up up up down down down down down up');
  });
});
