import { libcFunction } from './libc.js';

// <time.h>
const CLOCK_MONOTONIC = 1;
const TIMER_ABSTIME = 1;

const clockNanosleep = libcFunction('int clock_nanosleep(int clock, int flags, void *until, void *left)');

/** struct timespec of 64-bit Linux: seconds and nanoseconds, of eight bytes each; the upper four are 0 of both. */
const until = new Uint32Array(4);
const memory = new Uint8Array(until.buffer);

/**
 * Lets this thread sleep until a moment of CLOCK_MONOTONIC, in milliseconds. Nothing of it runs meanwhile, and it cannot be
 * ended: for a few milliseconds only. Throws MGL_LINUX_UNSUPPORTED.
 */
export function napUntil(ms: number): void {
  const seconds = Math.floor(ms / 1000);
  until[0] = seconds;
  until[2] = Math.floor((ms - seconds * 1000) * 1e6);
  clockNanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, memory, null);
}
