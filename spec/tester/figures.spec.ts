import { expect } from 'chai';
import fc from 'fast-check';
import { ANSWERERS_MAX, Answerers } from '../../tester/answerers.js';
import { LatencyHistogram } from '../../tester/latency-histogram.js';
import { LatencyWindow } from '../../tester/latency-window.js';
import { Problems } from '../../tester/problems.js';
import { Score } from '../../tester/score.js';

/** As a textbook has it: the value at the nearest rank. */
function percentileOf(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

const milliseconds = fc.double({ min: 0.001, max: 100_000, noNaN: true });
const share = fc.constantFrom(0.01, 0.5, 0.95, 0.99, 1);

describe('tester: latencies', () => {
  it('of a window are those of the last so many values, exactly', () => {
    fc.assert(
      fc.property(fc.array(milliseconds), fc.integer({ min: 1, max: 20 }), share, (values, size, at) => {
        const window = new LatencyWindow(size);
        for (const value of values) window.add(value);
        expect(window.percentile(at)).to.equal(percentileOf(values.slice(-size), at));
      }),
    );
  });

  it('of a histogram are at most 3 % above those of all values, and never below', () => {
    fc.assert(
      fc.property(fc.array(milliseconds, { minLength: 1 }), share, (values, at) => {
        const histogram = new LatencyHistogram();
        for (const value of values) histogram.add(value);
        const exact = percentileOf(values, at) ?? 0;
        expect(histogram.percentile(at)).to.be.within(exact * 0.999_999, Math.max(exact * 1.03, 0.0101));
        expect(histogram.percentiles()?.max).to.equal(Math.max(...values));
        expect(histogram.count).to.equal(values.length);
      }),
    );
  });

  it('of a histogram fall into lines that lack none, and add up over VIPs', () => {
    fc.assert(
      fc.property(fc.array(milliseconds), fc.array(milliseconds), (some, others) => {
        const all = new LatencyHistogram();
        for (const values of [some, others]) {
          const one = new LatencyHistogram();
          for (const value of values) one.add(value);
          all.addAll(one);
        }
        const lines = all.lines();
        expect(lines.reduce((sum, { count }) => sum + count, 0)).to.equal(some.length + others.length);
        for (const [i, { from }] of lines.entries()) if (i > 0) expect(from).to.equal(lines[i - 1]?.to);
        expect(lines[0]?.count).to.not.equal(0);
        expect(lines.at(-1)?.count).to.not.equal(0);
      }),
      { numRuns: 50 },
    );
  });
});

describe('tester: scores', () => {
  it('count what was served and what was not, and not what this machine could not ask', () => {
    const score = new Score();
    expect(score.availability).to.equal(null);
    score.record({ ok: true, ms: 1, answerer: 'a' }, 0);
    for (const kind of ['timeout', 'http-err', 'net-err', 'local-err'] as const) {
      score.record({ ok: false, ms: 1, answerer: null, kind, detail: '' }, 0);
    }
    expect([score.count, score.failed, score.availability]).to.deep.equal([4, 3, 25]);
    expect(score.window.size).to.equal(1);
  });

  it('call an answer a spike that took far longer than others, once it is known what is usual', () => {
    const score = new Score();
    const ok = (ms: number) => score.record({ ok: true, ms, answerer: null }, 0);
    expect(ok(500)).to.equal(false);
    for (let i = 0; i < 60; i++) expect(ok(2)).to.equal(false);
    expect([ok(5), ok(21), ok(23)]).to.deep.equal([false, false, true]);
    expect(score.spikes).to.equal(1);
  });

  it('know who answers now, and forget nobody who has answered', () => {
    const answerers = new Answerers();
    for (let i = 0; i < 3; i++) answerers.heard('old', 1000);
    answerers.heard('young', 6000);
    expect(answerers.list(6000)).to.deep.equal([
      { name: 'old', count: 3, active: false },
      { name: 'young', count: 1, active: true },
    ]);
    for (let i = 0; i < 1000; i++) answerers.heard(`name ${i}`, 6000);
    expect([answerers.list(6000).length, answerers.others]).to.deep.equal([
      ANSWERERS_MAX,
      1002 - ANSWERERS_MAX,
    ]);
  });

  it('keep the last problems, the same one again as one with a count', () => {
    const problems = new Problems(3);
    const add = (vip: string, detail: string, at: number) =>
      problems.add({ vip, detail, at, kind: 'net-err' });
    add('web', 'refused', 1);
    add('dns', 'refused', 2);
    add('web', 'refused', 3);
    add('web', 'reset', 4);
    const texts = () =>
      problems.last(9).map(({ vip, detail, times, at }) => `${at} ${vip} ${detail} ${times}`);
    expect(texts()).to.deep.equal(['2 dns refused 1', '3 web refused 2', '4 web reset 1']);
    add('ftp', 'refused', 5);
    expect(texts()).to.deep.equal(['3 web refused 2', '4 web reset 1', '5 ftp refused 1']);
    expect(problems.last(0)).to.deep.equal([]);
  });
});
