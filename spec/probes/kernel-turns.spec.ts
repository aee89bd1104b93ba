import { expect } from 'chai';
import type { ProbeResult } from '../../domain/probe-result.js';
import { standing } from '../../domain/rise-fall.js';
import { standingNumber } from '../../domain/standing-table.js';
import { KernelTurns } from '../../probes/engine/kernel-turns.js';
import type { NumberedNews } from '../../probes/engine/news.js';
import { Schedule } from '../../probes/engine/schedule.js';

const counting = { rise: 1, fall: 2, interval: 10_000, fastInterval: 10_000, downInterval: 10_000 };
const well = standingNumber(standing(true, 2));
const doubtful = standingNumber(standing(true, 1));
const failed: ProbeResult = { verdict: 'fail', code: 'L7STS', detail: 'HTTP 503', durationMs: 1 };

/**
 * One turn over two servers that begin together; one of them, the second unless it is said, answers, and the other is silent. When it
 * looked, when it told of the answer, in milliseconds from when they had begun (the first, if `alone`), and who began in which order.
 */
async function turn(first: number, answersMs: number, { second = well, who = 0, alone = false } = {}) {
  let now = 1000;
  let begunAt = Number.POSITIVE_INFINITY;
  let answered = false;
  const looked: number[] = [];
  const told: number[] = [];
  const began: number[] = [];
  const beganAt: number[] = [];
  const news: NumberedNews[] = [];
  const clock = { monotonic: () => now, random: () => 0.5, schedule: () => () => {} };
  const schedule = new Schedule({
    clock,
    maxUnderWay: 100,
    driver: {
      start: (number) => {
        began.push(number);
        beganAt.push(now);
      },
      expire: () => {},
      abandon: () => {},
    },
    news: (one) => news.push(one),
    counted: () => {},
  });
  for (const [number, standingOfIt] of [first, second].entries())
    schedule.watch({ number, round: 1, timeoutMs: 5000, counting }, standingOfIt, 0);
  await new Promise<void>((over) => {
    const sleepUntil = (ms: number): void => {
      now = ms;
      if (!Number.isFinite(begunAt) || now - begunAt < 20) return;
      turns.stop();
      over();
    };
    const turns = new KernelTurns({
      clock,
      thread: () => ({
        schedule,
        flush: () => {
          if (news.splice(0).length > 0) told.push(now - begunAt);
        },
      }),
      called: () => false,
      // Of many, the last begins later than the first.
      begin: () => {
        if (schedule.underWay < (alone ? 1 : 2) || Number.isFinite(begunAt)) return false;
        if (!alone) now += 2;
        begunAt = now;
        return false;
      },
      look: () => {
        if (!Number.isFinite(begunAt)) return;
        looked.push(now - begunAt);
        if (answered || now < begunAt + answersMs) return;
        answered = true;
        schedule.ended(who, failed);
      },
      napUntil: (ms) => sleepUntil(ms),
      waitFor: (ms) => {
        const answersAt = begunAt + answersMs;
        sleepUntil(answersAt > now ? Math.min(now + ms, answersAt) : now + ms);
      },
      beat: () => {},
    });
    turns.stir();
  });
  return { looked: looked.filter((at) => at < 7), told, began, beganAt };
}

describe('the turns of a thread that sleeps in the kernel', () => {
  it('tells what it has found while it waits for others, counted from when the last of them has begun', async () => {
    const { told } = await turn(well, 0.5);
    expect(told[0]).to.be.closeTo(0.6, 0.01);
  });

  it('is woken by an answer that may bring another verdict, and not for the sake of those who are well', async () => {
    for (const answersMs of [0.3, 3, 4.75]) {
      const { told, looked } = await turn(doubtful, answersMs);
      expect(told[0]).to.be.closeTo(answersMs, 0.01);
      expect(looked.length).to.be.at.most(5);
    }
    const { told, looked } = await turn(well, 3);
    expect(told[0]).to.be.above(3);
    expect(looked).to.have.length(3);
  });

  it('does not wait for one that is silent with an answer that brings another verdict', async () => {
    const { told } = await turn(doubtful, 1.2, { second: doubtful, who: 1 });
    expect(told[0]).to.be.closeTo(1.2, 0.01);
  });

  it('asks those whose answer may bring another verdict, and hears them, before it asks all others', async () => {
    for (const answersMs of [0.2, 0.9]) {
      const { told, began, beganAt } = await turn(well, answersMs, { second: doubtful, who: 1, alone: true });
      expect(began.slice(0, 2)).to.deep.equal([1, 0]);
      const [first = 0, other = 0] = beganAt;
      expect(other - first).to.be.closeTo(answersMs, 0.01);
      expect(told[0]).to.be.closeTo(answersMs, 0.01);
    }
  });

  it('lets nobody wait for long for one that is silent', async () => {
    const { beganAt } = await turn(well, 500, { second: doubtful, who: 1, alone: true });
    const [first = 0, other = 0] = beganAt;
    expect(other - first).to.be.closeTo(1, 0.01);
  });

  it('begins with those whose answer may bring another verdict', async () => {
    expect((await turn(well, 1, { second: doubtful, who: 1 })).began.slice(0, 2)).to.deep.equal([1, 0]);
    expect((await turn(well, 1)).began.slice(0, 2)).to.deep.equal([0, 1]);
  });
});
