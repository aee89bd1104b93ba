import { libcFunction } from './libc.js';
import { NativeMemory } from './native-memory.js';

// <time.h>
const CLOCK_MONOTONIC = 1;
const TIMER_ABSTIME = 1;

const clockNanosleep = libcFunction(
  'int clock_nanosleep(int clock, int flags, uintptr_t until, uintptr_t left)',
);

/** struct timespec of 64-bit Linux: seconds and nanoseconds, of eight bytes each; the upper four are 0 of both. */
const SIZE = 16;
let memory: { readonly until: Uint32Array; readonly address: number } | null = null;

function openMemory() {
  const { bytes, address } = new NativeMemory(SIZE);
  return { until: new Uint32Array(bytes.buffer), address };
}

/**
 * Lets this thread sleep until a moment of CLOCK_MONOTONIC, in milliseconds. Nothing of it runs meanwhile, and it cannot be
 * ended: for a few milliseconds only. Throws MGL_LINUX_UNSUPPORTED.
 */
export function napUntil(ms: number): void {
  const seconds = Math.floor(ms / 1000);
  memory ??= openMemory();
  const { until, address } = memory;
  until[0] = seconds;
  until[2] = Math.floor((ms - seconds * 1000) * 1e6);
  clockNanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, address, 0);
}
