import { expect } from 'chai';
import fc from 'fast-check';
import { born, informed, observed } from '../../domain/backend-life.js';
import type { HealthCheck } from '../../domain/config.js';
import type { ProbeResult } from '../../domain/probe-result.js';
import { probeInterval, undecided } from '../../domain/rise-fall.js';
import { standingNumber, standingOf } from '../../domain/standing-table.js';
import { type NumberedNews, packNews, unpackNews } from '../../probes/engine/news.js';
import { Places } from '../../probes/engine/places.js';
import { Schedule, type ScheduleOptions } from '../../probes/engine/schedule.js';
import { ip } from '../support/domain-samples.js';

const results: readonly ProbeResult[] = [
  { verdict: 'pass', code: 'L7OK', detail: 'HTTP 200', durationMs: 1 },
  { verdict: 'pass', code: 'L7OK', detail: 'HTTP 204', durationMs: 1 },
  { verdict: 'fail', code: 'L7STS', detail: 'HTTP 503', durationMs: 1 },
  { verdict: 'fail', code: 'L4TOUT', detail: 'no answer', durationMs: 1 },
  { verdict: 'doubt', code: 'LATE', detail: 'stalled', durationMs: 1 },
];
const [good = pass(), , bad = pass(), silence = pass(), late = pass()] = results;

function pass(): ProbeResult {
  return { verdict: 'pass', code: 'L4OK', detail: '', durationMs: 0 };
}

const check = fc
  .record({
    rise: fc.integer({ min: 1, max: 4 }),
    fall: fc.integer({ min: 1, max: 4 }),
    interval: fc.integer({ min: 20, max: 3000 }),
    fastInterval: fc.integer({ min: 20, max: 3000 }),
    downInterval: fc.integer({ min: 20, max: 3000 }),
  })
  .map(
    (counting): HealthCheck => ({
      name: 'spec',
      timeout: 500,
      probeIpv4Source: null,
      probeIpv6Source: null,
      probe: { type: 'tcp', port: 80, tls: null },
      ...counting,
    }),
  );

/** A schedule on a clock of its own, over servers that answer when the spec says so. */
class Bench {
  now = 1000;
  readonly started: number[] = [];
  readonly expired: number[] = [];
  readonly abandoned: number[] = [];
  readonly news: NumberedNews[] = [];
  readonly counted: ProbeResult[] = [];
  random = 0.5;
  readonly schedule: Schedule;

  constructor(maxUnderWay = 100, more: Partial<ScheduleOptions> = {}) {
    this.schedule = new Schedule({
      clock: { monotonic: () => this.now, random: () => this.random },
      maxUnderWay,
      driver: {
        start: (number) => this.started.push(number),
        expire: (number) => this.expired.push(number),
        abandon: (number) => this.abandoned.push(number),
      },
      news: (news) => this.news.push(news),
      counted: (_, result) => this.counted.push(result),
      ...more,
    });
  }

  /** Lets time pass up to a moment, turn by turn. */
  until(done: () => boolean, limitMs = 100_000): void {
    for (const end = this.now + limitMs; !done(); ) {
      if (this.now >= end) throw new Error('waited in vain');
      this.now = Math.max(this.now + 0.1, this.schedule.nextTurn(1000));
      this.schedule.turn();
    }
  }

  watch(number: number, { timeout, ...counting }: HealthCheck, round = 1, startMs = 0): void {
    const order = { number, round, timeoutMs: timeout, counting };
    this.schedule.watch(order, standingNumber(undecided(counting)), startMs);
  }
}

describe('the schedule of the probe engine', () => {
  it('counts, tells and waits as the rules have it: who hears its news knows what was found', () => {
    fc.assert(
      fc.property(check, fc.array(fc.constantFrom(...results), { maxLength: 60 }), (rules, found) => {
        const bench = new Bench();
        const backend = {
          address: ip('192.0.2.1'),
          check: rules,
          enabled: true,
          paused: false,
          historyLength: 10,
        };
        let heard = born(backend, 0);
        let known = born(backend, 0);
        bench.watch(7, rules);
        let begunAt = Number.NEGATIVE_INFINITY;
        let interval = 0;
        for (const result of found) {
          const starts = bench.started.length;
          bench.until(() => bench.started.length > starts);
          // From a longer interval to a shorter one at once, and to a longer one somewhere between.
          const pace = probeInterval(rules, known.standing);
          if (Number.isFinite(begunAt)) {
            expect(bench.now).to.be.at.least(begunAt + Math.min(pace, interval) * 0.9 - 1);
            expect(bench.now).to.be.at.most(begunAt + pace * 1.1 + 2);
          }
          interval = pace;
          begunAt = bench.now;
          bench.schedule.ended(7, result);
          known = observed(known, backend, result, 1);
          for (const one of bench.news.splice(0)) {
            heard = informed(heard, backend, { result: one.result, standing: standingOf(one.standing) }, 1);
          }
          // What is told carries all that decides.
          expect(heard.standing).to.deep.equal(known.standing);
          expect(heard.state).to.equal(known.state);
          expect(heard.doubt?.result.code).to.equal(known.doubt?.result.code);
          expect(heard.last?.result).to.deep.equal(known.last?.result);
        }
        expect(bench.counted).to.deep.equal(found);
        expect(bench.started).to.have.length(found.length);
      }),
      { numRuns: 200 },
    );
  });

  const rules: HealthCheck = {
    name: 'spec',
    interval: 1000,
    fastInterval: 1000,
    downInterval: 1000,
    timeout: 300,
    rise: 2,
    fall: 3,
    probeIpv4Source: null,
    probeIpv6Source: null,
    probe: { type: 'tcp', port: 80, tls: null },
  };
  const probe = (bench: Bench, number: number, result: ProbeResult) => {
    const before = bench.started.length;
    bench.until(() => bench.started.length > before);
    bench.schedule.ended(number, result);
  };

  it('tells nothing of what changes nothing, whether it passes, fails or is a doubt', () => {
    for (const result of [good, bad, silence, late]) {
      const bench = new Bench();
      bench.watch(0, rules);
      for (let i = 0; i < 10; i++) probe(bench, 0, result);
      const before = bench.news.length;
      for (let i = 0; i < 50; i++) probe(bench, 0, result);
      expect(bench.news.length - before, result.code).to.equal(0);
      bench.schedule.retell();
      for (let i = 0; i < 5; i++) probe(bench, 0, result);
      expect(bench.news.length - before, 'once more').to.equal(1);
    }
  });

  it('says when a probe has had its time, and forgets it with the backend', () => {
    const bench = new Bench();
    bench.watch(0, rules);
    bench.watch(1, rules);
    bench.until(() => bench.started.length === 2);
    const begun = bench.now;
    expect(bench.schedule.deciding, 'a pass would be their first verdict').to.equal(2);
    bench.schedule.forget(1);
    expect(bench.abandoned).to.deep.equal([1]);
    expect(bench.schedule.deciding).to.equal(1);
    // Counted in another way it may decide nothing; it was counted as one that may.
    const { timeout: timeoutMs, ...counting } = { ...rules, fall: 9 };
    bench.schedule.retune({ number: 0, round: 2, timeoutMs, counting });
    bench.until(() => bench.expired.length > 0);
    expect(bench.now - begun).to.be.within(300, 301.2);
    bench.schedule.ended(1, bad);
    expect(bench.counted).to.deep.equal([]);
    expect(bench.expired).to.deep.equal([0]);
    bench.schedule.ended(0, bad);
    expect(bench.schedule.deciding).to.equal(0);
  });

  it('begins no more at once than it may, and doubts what finds no place for as long as it may take', () => {
    const bench = new Bench(2);
    for (const number of [0, 1, 2, 3]) bench.watch(number, rules);
    bench.until(() => bench.started.length === 2);
    bench.schedule.ended(0, good);
    bench.until(() => bench.started.length === 3);
    expect(bench.started).to.deep.equal([0, 1, 2]);
    bench.until(() => bench.news.length === 2);
    expect(bench.news[1]).to.deep.include({ number: 3 });
    expect(bench.news[1]?.result).to.include({ verdict: 'doubt', code: 'LATE' });
  });

  it('lets no more begin together than may, but does not wait for those that are silent', () => {
    const bench = new Bench(100, { recent: { most: 2, ms: 50 } });
    for (const number of [0, 1, 2, 3, 4]) bench.watch(number, rules);
    bench.until(() => bench.started.length === 2);
    const begun = bench.now;
    bench.schedule.ended(1, good);
    bench.until(() => bench.started.length === 3);
    expect(bench.now - begun, 'a place becomes free with the end of a probe').to.be.below(2);
    // Nobody answers from now on.
    bench.until(() => bench.started.length === 5);
    expect(bench.now - begun).to.be.within(50, 53);
    bench.until(() => bench.expired.includes(0));
    expect(bench.now - begun, 'and each has the whole of its time').to.be.within(300, 302);
  });

  it('takes nobody for silent who is slow and answers', () => {
    const places = new Places(100, { most: 4, ms: 100 });
    const four = [0, 1, 2, 3];
    const round = (passes: boolean) => {
      const admitted = four.filter((n) => places.admit(n));
      for (const n of admitted) places.enter(n);
      for (const n of admitted) places.ripen(n);
      for (const n of admitted) places.leave(n, passes);
      return admitted;
    };
    for (let i = 0; i < 3; i++) expect(round(true)).to.deep.equal(four);
    expect(round(false)).to.deep.equal(four);
    for (const n of [0, 1]) {
      expect(places.admit(n)).to.equal(true);
      places.enter(n);
    }
    expect(places.admit(2), 'a third of four that were silent').to.equal(false);
  });

  it('gives those who were silent a part of the places, so that they delay nobody who answers', () => {
    const bench = new Bench(1000, { recent: { most: 4, ms: 50 } });
    const often = { ...rules, interval: 100, fastInterval: 100, downInterval: 100, timeout: 100 };
    const answering = (number: number) => number >= 40;
    for (let number = 0; number < 40; number++) bench.watch(number, often);
    let seen = 0;
    let expired = 0;
    const begunAt = new Map<number, number[]>();
    const turn = () => {
      for (const number of bench.started.slice(seen)) {
        begunAt.set(number, [...(begunAt.get(number) ?? []), bench.now]);
        if (answering(number)) bench.schedule.ended(number, good);
      }
      seen = bench.started.length;
      for (const number of bench.expired.slice(expired)) bench.schedule.ended(number, silence);
      expired = bench.expired.length;
    };
    const passes = (until: number) =>
      bench.until(() => {
        turn();
        return bench.now > until;
      });
    // Nobody is known to be silent before he was asked.
    passes(4000);
    for (let number = 40; number < 50; number++) bench.watch(number, often);
    passes(10_000);
    const late = bench.news.filter(({ number, result }) => answering(number) && result.code === 'LATE');
    expect(late.map(({ number }) => number)).to.deep.equal([]);
    for (let number = 40; number < 50; number++) {
      const starts = begunAt.get(number) ?? [];
      const gaps = starts.slice(1).map((at, i) => at - (starts[i] ?? 0));
      expect(Math.max(...gaps), `the longest time that ${number} waited for its next probe`).to.be.below(115);
      expect(starts.length).to.be.above(50);
    }
    // Nobody is forgotten over it.
    expect([...begunAt.keys()].sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 50 }, (_, n) => n));
  });

  it('does not take one that found no place for one that was asked', () => {
    const bench = new Bench(1);
    bench.schedule.blameVpp({ soundFrom: Number.POSITIVE_INFINITY, goodForMs: 0 });
    bench.watch(0, rules);
    probe(bench, 0, good);
    const asked = bench.now;
    bench.watch(1, { ...rules, timeout: 5000 });
    bench.until(() => bench.started.length === 2);
    bench.until(() => bench.counted.some(({ code }) => code === 'LATE'));
    const doubted = bench.now;
    bench.schedule.forget(1);
    bench.until(() => bench.started.at(-1) === 0);
    expect(bench.now - doubted, 'the next one waits its interval').to.be.above(50);
    bench.schedule.ended(0, silence);
    expect(bench.news.at(-1)?.suspicion).to.include({ previousBegunAt: asked, heardBegunAt: asked });
  });

  it('takes no answer about what another thread had asked', () => {
    const suspects = [0, 2 ** 32].map((firstTicket) => {
      const bench = new Bench(100, { firstTicket });
      bench.schedule.blameVpp({ soundFrom: Number.POSITIVE_INFINITY, goodForMs: 0 });
      bench.watch(0, rules);
      probe(bench, 0, silence);
      return { bench, ticket: bench.news.at(-1)?.suspicion?.ticket ?? 0 };
    });
    const [before, now] = suspects;
    now?.bench.schedule.settle(0, before?.ticket ?? 0, null);
    expect(now?.bench.counted).to.deep.equal([]);
    now?.bench.schedule.settle(0, now.ticket, null);
    expect(now?.bench.counted).to.deep.equal([silence]);
  });

  it('asks about what VPP may explain, and counts it when it is known; meanwhile that one is not probed', () => {
    const bench = new Bench();
    bench.schedule.blameVpp({ soundFrom: Number.POSITIVE_INFINITY, goodForMs: 0 });
    bench.watch(0, rules);
    probe(bench, 0, good);
    probe(bench, 0, silence);
    const [, suspect] = bench.news;
    expect(suspect?.suspicion).to.include({ begunAt: bench.now });
    expect(bench.counted).to.have.length(1);
    expect(() => bench.until(() => bench.started.length === 3, 5000)).to.throw('in vain');
    bench.schedule.settle(0, suspect?.suspicion?.ticket ?? 0, null);
    expect(bench.counted.at(-1)).to.equal(silence);
    expect(bench.news, 'who has settled it knows').to.have.length(2);
    probe(bench, 0, silence);
    const doubt: ProbeResult = { verdict: 'doubt', code: 'VPP', detail: 'away', durationMs: 1 };
    bench.schedule.settle(0, bench.news.at(-1)?.suspicion?.ticket ?? 0, doubt);
    expect(bench.counted.at(-1)).to.equal(doubt);
    // It is not asked about a server's own word.
    probe(bench, 0, bad);
    expect(bench.news.at(-1)).to.deep.include({ result: bad, suspicion: null });
  });

  it('asks nobody about one that was down, and is so still, while VPP is known to be well', () => {
    const bench = new Bench();
    bench.watch(0, rules);
    for (let i = 0; i < 10; i++) probe(bench, 0, silence);
    const before = bench.news.length;
    for (let i = 0; i < 10; i++) {
      bench.schedule.blameVpp({ soundFrom: 0, goodForMs: 2000 });
      probe(bench, 0, silence);
    }
    expect(bench.news).to.have.length(before);
    bench.schedule.blameVpp({ soundFrom: bench.now + 20_000, goodForMs: 500 });
    const soundAt = bench.now;
    while (bench.now < soundAt + 4000) {
      probe(bench, 0, silence);
      expect(bench.counted.at(-1), 'it may have been VPP').to.include({ verdict: 'doubt', code: 'VPP' });
    }
    expect(bench.news, 'VPP is asked soon again').to.have.length(before);
    while (bench.news.length === before && bench.now < soundAt + 8000) probe(bench, 0, silence);
    expect(bench.news.at(-1)?.suspicion).not.to.equal(null);
  });

  it('keeps the standing under other rules, tells of it again, and lets the probe end that is under way', () => {
    const bench = new Bench();
    bench.watch(0, rules);
    probe(bench, 0, good);
    bench.until(() => bench.started.length === 2);
    const counting = { ...rules, fall: 5 };
    bench.schedule.retune({ number: 0, round: 2, timeoutMs: 300, counting });
    bench.schedule.ended(0, good);
    expect(bench.abandoned).to.deep.equal([]);
    expect(bench.news.at(-1)).to.deep.include({
      round: 2,
      standing: standingNumber({ decided: true, counter: 6 }),
    });
  });
});

describe('news on their way between threads', () => {
  const number = fc.integer({ min: 0, max: 20 });
  const time = fc.oneof(fc.constant(Number.NEGATIVE_INFINITY), fc.double({ min: 0, max: 1e9, noNaN: true }));
  const suspicion = fc.record({
    ticket: fc.integer({ min: 1 }),
    begunAt: time,
    heardBegunAt: time,
    previousBegunAt: time,
  });
  const one = fc.record({
    number,
    round: number,
    result: fc.constantFrom(...results),
    standing: number,
    suspicion: fc.option(suspicion),
  });

  it('arrive as they were, each once, and those of one backend in their order', () => {
    fc.assert(
      fc.property(fc.array(one), (news) => {
        const arrived = unpackNews(structuredClone(packNews(news)));
        expect(arrived).to.have.length(news.length);
        for (let n = 0; n <= 20; n++) {
          const of = (list: readonly NumberedNews[]) => list.filter((each) => each.number === n);
          expect(of(arrived)).to.deep.equal(of(news));
        }
      }),
    );
  });

  it('say only once what many have in common', () => {
    const news = Array.from({ length: 100 }, (_, n) => {
      return { number: n, round: 1, result: bad, standing: 3, suspicion: null };
    });
    expect(packNews(news)).to.have.length(1);
  });
});
