// The global of that name is looked up by a function every time.
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import type { Cancel, Clock } from '../protocol/clock.js';
import { TimerQueue } from './timer-queue.js';

/** performance.now() is CLOCK_MONOTONIC as well, but it counts from the start of a thread. */
const startedAt = startOfThread();

/**
 * Between both looks other things may happen, the more so in a process that has just begun: the quickest of some pairs is within
 * some microseconds. Whoever compares what two processes measured, as systemd does at a reload, needs that.
 */
function startOfThread(): number {
  let best = { took: Number.POSITIVE_INFINITY, startedAt: 0 };
  for (let i = 0; i < 10; i++) {
    const before = performance.now();
    const machine = Number(process.hrtime.bigint()) / 1e6;
    const after = performance.now();
    if (after - before < best.took)
      best = { took: after - before, startedAt: machine - (before + after) / 2 };
  }
  return best.startedAt;
}

/** CLOCK_MONOTONIC, so that threads can compare what they measured. */
function monotonic(): number {
  return startedAt + performance.now();
}

const timers = new TimerQueue();

/**
 * The machine's time; monotonic() is one scale for all threads. A pending timer keeps the process alive, a cancelled
 * or fired one does not, and neither does one that never fires. No timer fires early, and none fires before
 * schedule() has returned.
 */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic,
  random: () => Math.random(),
  schedule: (ms: number, run: () => void): Cancel => {
    if (Number.isNaN(ms)) throw new RangeError('a timer needs a number of milliseconds');
    if (ms === Number.POSITIVE_INFINITY) return () => {};
    return timers.schedule(Math.max(0, ms), run);
  },
};
