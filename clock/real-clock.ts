// The global of that name is looked up by a function every time.
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import type { Cancel, Clock } from '../protocol/clock.js';
import { TimerQueue } from './timer-queue.js';

/** performance.now() is CLOCK_MONOTONIC as well, but it counts from the start of a thread. */
const startedAt = Number(process.hrtime.bigint()) / 1e6 - performance.now();

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
