import { expect } from 'chai';
import fc from 'fast-check';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { DueTimes } from '../../tester/due-times.js';
import type { Outcome } from '../../tester/outcome.js';
import type { Probe } from '../../tester/probing/prober.js';
import { RateLimit } from '../../tester/rate-limit.js';
import { Run, type RunOptions } from '../../tester/run.js';
import { parsedVip } from './parsed-vip.js';

describe('tester: pace', () => {
  it('lets no more than so many begin in any second, and as many as may', () => {
    const steps = fc.array(fc.double({ min: 0, max: 700, noNaN: true }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), (pauses, rate) => {
        const limit = new RateLimit(rate);
        const taken: number[] = [];
        let now = 0;
        for (const pause of pauses) {
          now += pause;
          const within = taken.filter((at) => at > now - 1000).length;
          const free = limit.freeAt() <= now;
          expect(limit.take(now)).to.equal(free);
          if (within < rate) expect(free).to.equal(true);
          if (free) taken.push(now);
          for (const from of taken) {
            expect(taken.filter((at) => at >= from && at < from + 1000).length).to.be.at.most(rate);
          }
        }
      }),
    );
  });

  it('gives every VIP its turn once an interval, a tenth earlier or later, and nobody twice at once', () => {
    const clock = new VirtualClock();
    const due = new DueTimes(7, 100, 0, clock.random);
    const turns: number[][] = Array.from({ length: 7 }, () => []);
    for (let now = 0; now <= 10_000; now++) {
      for (const number of due.due(now)) {
        turns[number]?.push(now);
        due.done(number, now);
      }
    }
    for (const times of turns) {
      expect(times.length).to.be.within(95, 105);
      for (const [i, at] of times.entries())
        if (i > 0) expect(at - (times[i - 1] ?? 0)).to.be.within(89, 111);
    }
  });
});

/** A run of fake probes in virtual time. */
class Course {
  readonly clock = new VirtualClock();
  readonly begun: { vip: number; at: number; end: (outcome: Outcome) => void }[] = [];
  abandoned = 0;
  readonly run: Run;

  constructor(answerMs: number | null, options: Partial<RunOptions> = {}, count = 4) {
    const { clock } = this;
    const probe =
      (vip: number): Probe =>
      (end) => {
        this.begun.push({ vip, at: clock.monotonic(), end });
        const ok = { ok: true, ms: answerMs ?? 0, answerer: 'a' } as const;
        const cancel = answerMs === null ? () => {} : clock.schedule(answerMs, () => end(ok));
        return {
          abandon: () => {
            cancel();
            this.abandoned++;
            return 'no answer';
          },
        };
      };
    this.run = new Run({
      clock,
      vips: Array.from({ length: count }, (_, i) => parsedVip(`tcp/192.0.2.${i + 1}:443`)),
      probes: Array.from({ length: count }, (_, i) => probe(i)),
      look: () => {},
      wait: null,
      intervalMs: 100,
      timeoutMs: 2000,
      rate: 1000,
      oneByOne: false,
      ...options,
    });
  }

  counts(): number[] {
    return this.run.scores.map(({ count }) => count);
  }
}

describe('tester: a run', () => {
  it('asks every VIP at its interval, and scores the answers', async () => {
    const { clock, run, counts } = bound(new Course(5));
    await clock.advance(10_000);
    for (const count of counts()) expect(count).to.be.within(95, 105);
    expect(run.scores.map(({ failed }) => failed)).to.deep.equal([0, 0, 0, 0]);
    run.stop();
    expect(clock.pendingTimers).to.equal(0);
  });

  it('counts what has not answered in time, and goes on asking meanwhile', async () => {
    const course = new Course(null);
    await course.clock.advance(1990);
    expect([course.counts(), course.abandoned]).to.deep.equal([[0, 0, 0, 0], 0]);
    expect(course.begun.length).to.be.within(70, 84);
    await course.clock.advance(1000);
    expect(course.run.scores[0]?.failures.timeout).to.be.within(9, 11);
    expect(course.run.problems.last(1)[0]).to.include({ kind: 'timeout', detail: 'no answer within 2s' });
    course.run.stop();
  });

  it('is held back by the rate, and shares it fairly', async () => {
    const course = new Course(5, { rate: 10 });
    await course.clock.advance(20_000);
    expect(course.begun.length).to.be.within(200, 210);
    for (const count of course.counts()) expect(count).to.be.within(45, 57);
    course.run.stop();
  });

  it('begins nothing while it is paused, counts the time without it, and does not catch up', async () => {
    const course = new Course(5);
    await course.clock.advance(1000);
    course.run.pause();
    const before = course.begun.length;
    await course.clock.advance(5000);
    expect([course.begun.length, course.run.elapsedMs]).to.deep.equal([before, 1000]);
    course.run.resume();
    await course.clock.advance(1000);
    expect(course.begun.length - before).to.be.within(36, 44);
    expect(course.run.elapsedMs).to.equal(2000);
    course.run.stop();
  });

  it('asks a VIP again only when it has answered, if connections are used again', async () => {
    const course = new Course(350, { oneByOne: true }, 1);
    await course.clock.advance(10_000);
    expect(course.begun.length).to.be.within(20, 27);
    course.run.stop();
  });

  it('forgets what was under way when it was held up itself', async () => {
    const problems: string[] = [];
    const course = new Course(null, { onProblem: ({ kind, detail }) => problems.push(`${kind} ${detail}`) });
    await course.clock.advance(500);
    const under = course.begun.length;
    const { monotonic } = course.clock;
    Object.assign(course.clock, { monotonic: () => monotonic() + 3000 });
    await course.clock.advance(100);
    expect(course.counts()).to.deep.equal([0, 0, 0, 0]);
    expect(problems[0]).to.match(/^local-err held up for (29|30)\d\d ms: \d+ probes forgotten$/);
    expect(course.abandoned).to.be.at.least(under);
    course.run.stop();
  });

  it('forgets what was under way when the kernel woke it late, and judges nothing by it', () => {
    const problems: string[] = [];
    let now = 0;
    const clock = Object.assign(new VirtualClock(), { monotonic: () => now });
    let abandoned = 0;
    const turns: (() => void)[] = [];
    Object.assign(clock, {
      schedule: (_ms: number, turn: () => void) => {
        turns.push(turn);
        return () => {};
      },
    });
    const run = new Run({
      clock,
      vips: [parsedVip('tcp/192.0.2.1:443')],
      probes: [() => ({ abandon: () => `${++abandoned}` })],
      look: () => {},
      // Stopped for as long as a probe may take, and more.
      wait: (ms) => {
        now += ms + 3200;
        return 3200;
      },
      intervalMs: 100,
      timeoutMs: 2000,
      rate: 1000,
      oneByOne: false,
      onProblem: ({ kind, detail }) => problems.push(`${kind} ${detail}`),
    });
    now = 100;
    turns.shift()?.();
    run.stop();
    expect(problems).to.deep.equal(['local-err held up for 3200 ms: 1 probe forgotten']);
    expect([run.scores[0]?.count, abandoned]).to.deep.equal([0, 1]);
  });

  it('waits at its end for those under way, and counts them', async () => {
    const course = new Course(null, {}, 1);
    await course.clock.advance(500);
    const under = course.begun.length;
    let done = false;
    course.run.finish(() => {
      done = true;
    });
    await course.clock.advance(1000);
    expect([done, course.begun.length, course.run.elapsedMs]).to.deep.equal([false, under, 500]);
    await course.clock.advance(1010);
    expect([done, course.run.scores[0]?.failures.timeout]).to.deep.equal([true, under]);
    course.run.stop();
  });

  it('hears nothing of a probe that was given up', async () => {
    const course = new Course(null);
    await course.clock.advance(100);
    course.run.stop();
    for (const { end } of course.begun) end({ ok: true, ms: 1, answerer: null });
    expect(course.counts()).to.deep.equal([0, 0, 0, 0]);
  });
});

function bound(course: Course) {
  return { clock: course.clock, run: course.run, counts: () => course.counts() };
}
