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
 * One turn over two servers that begin together; the second is silent. When it looked, and when it told of the first, in milliseconds from when they had begun.
 */
async function turn(first: number, firstAnswersMs: number) {
  let now = 1000;
  let begunAt = Number.POSITIVE_INFINITY;
  let answered = false;
  const looked: number[] = [];
  const told: number[] = [];
  const news: NumberedNews[] = [];
  const clock = { monotonic: () => now, random: () => 0.5, schedule: () => () => {} };
  const schedule = new Schedule({
    clock,
    maxUnderWay: 100,
    driver: { start: () => {}, expire: () => {}, abandon: () => {} },
    news: (one) => news.push(one),
    counted: () => {},
  });
  for (const [number, standingOfIt] of [first, well].entries())
    schedule.watch({ number, round: 1, timeoutMs: 5000, counting }, standingOfIt, 0);
  await new Promise<void>((over) => {
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
      begun: () => {
        if (schedule.underWay < 2 || Number.isFinite(begunAt)) return;
        now += 2;
        begunAt = now;
      },
      look: () => {
        if (!Number.isFinite(begunAt)) return;
        looked.push(now - begunAt);
        if (answered || now - begunAt < firstAnswersMs) return;
        answered = true;
        schedule.ended(0, failed);
      },
      napUntil: (ms) => {
        now = ms;
        if (!Number.isFinite(begunAt) || now - begunAt < 20) return;
        turns.stop();
        over();
      },
      beat: () => {},
    });
    turns.stir();
  });
  return { looked: looked.filter((at) => at < 7), told };
}

describe('the turns of a thread that sleeps in the kernel', () => {
  it('tells what it has found while it waits for others, counted from when the last of them has begun', async () => {
    const { told } = await turn(well, 0.5);
    expect(told[0]).to.be.closeTo(0.6, 0.01);
  });

  it('looks for longer where an answer decides, and not for the sake of those who are well', async () => {
    const { told, looked } = await turn(doubtful, 3);
    expect(told[0]).to.be.closeTo(4, 0.01);
    expect(looked).to.have.length(4);
    expect((await turn(well, 3)).looked).to.have.length(3);
  });
});
