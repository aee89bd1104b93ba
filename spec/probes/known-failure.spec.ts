import { expect } from 'chai';
import fc from 'fast-check';
import type { ProbeResult } from '../../domain/probe-result.js';
import { undecided } from '../../domain/rise-fall.js';
import { standingNumber } from '../../domain/standing-table.js';
import { Judge } from '../../probes/engine/judge.js';
import { Schedule } from '../../probes/engine/schedule.js';
import { ip } from '../support/domain-samples.js';

const silence: ProbeResult = { verdict: 'fail', code: 'L4TOUT', detail: 'no answer', durationMs: 1 };
const results: readonly ProbeResult[] = [
  silence,
  { verdict: 'pass', code: 'L7OK', detail: 'HTTP 200', durationMs: 1 },
  { verdict: 'fail', code: 'L7STS', detail: 'HTTP 503', durationMs: 1 },
  { verdict: 'doubt', code: 'LATE', detail: 'stalled', durationMs: 1 },
];
const [, good = silence, bad = silence, late = silence] = results;
const found = fc.array(fc.constantFrom(...results), { maxLength: 40 });
const rule = fc.record({ rise: fc.integer({ min: 1, max: 3 }), fall: fc.integer({ min: 1, max: 3 }) });

describe('a failure that changes nothing', () => {
  it('is known as one, and no other: the way to a server is asked about unless it was down for that reason', () => {
    let asked = 0;
    const trouble = () => {
      asked++;
      return null;
    };
    const judge = new Judge({
      guard: { look: () => null, entered: null },
      ownWay: { trouble },
      lag: { worstSince: () => 0 },
    });
    const target = {
      address: ip('192.0.2.1'),
      source: null,
      timeoutMs: 500,
      probe: { type: 'icmp' } as const,
    };
    fc.assert(
      fc.property(rule, found, (riseFall, ends) => {
        const counting = { ...riseFall, interval: 100, fastInterval: 100, downInterval: 100 };
        let now = 0;
        let news = 0;
        const schedule = new Schedule({
          clock: { monotonic: () => now, random: () => 0.5 },
          maxUnderWay: 1,
          driver: { start: () => {}, expire: () => {}, abandon: () => {} },
          news: () => {
            news++;
          },
          counted: () => {},
        });
        schedule.watch(
          { number: 0, round: 1, timeoutMs: 500, counting },
          standingNumber(undecided(counting)),
          0,
        );
        for (const result of ends) {
          for (; !schedule.isRunning(0); now += 10) schedule.turn();
          const known = schedule.isKnown(0, result);
          asked = 0;
          expect(judge.judge(result, target, 0, null, known)).to.deep.equal(result);
          expect(asked).to.equal(result === silence && !known ? 1 : 0);
          news = 0;
          schedule.ended(0, result);
          expect(known).to.equal(result.verdict === 'fail' && news === 0);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is a doubt that is counted, and told nobody, where it may be ours; of all other doubts people are told', () => {
    let now = 0;
    const counted: ProbeResult[] = [];
    const news: ProbeResult[] = [];
    const schedule = new Schedule({
      clock: { monotonic: () => now, random: () => 0.5 },
      maxUnderWay: 1,
      driver: { start: () => {}, expire: () => {}, abandon: () => {} },
      news: ({ result }) => news.push(result),
      counted: (_, result) => counted.push(result),
    });
    const counting = { rise: 2, fall: 3, interval: 100, fastInterval: 100, downInterval: 100 };
    schedule.watch({ number: 0, round: 1, timeoutMs: 500, counting }, standingNumber(undecided(counting)), 0);
    const probe = (result: ProbeResult, before = result) => {
      for (; !schedule.isRunning(0); now += 10) schedule.turn();
      news.length = 0;
      schedule.ended(0, result, before);
      expect(counted.at(-1)).to.equal(result);
    };
    for (let i = 0; i < 10; i++) probe(silence);
    probe(late, silence);
    expect(news).to.deep.equal([]);
    probe(silence);
    expect(news, 'it is as it was').to.deep.equal([]);
    // What was found was news before it was discarded.
    probe(late, bad);
    expect(news).to.deep.equal([late]);
    probe(good);
    probe(late, silence);
    expect(news).to.deep.equal([late]);
  });
});
