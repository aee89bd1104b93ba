import { libcFunction } from './libc.js';
import { NativeMemory } from './native-memory.js';

// <time.h>
const CLOCK_MONOTONIC = 1;
const TIMER_ABSTIME = 1;

const clockNanosleep = libcFunction(
  'int clock_nanosleep(int clock, int flags, uintptr_t until, uintptr_t left)',
);

const ppoll = libcFunction(
  'int ppoll(uintptr_t fds, unsigned long count, uintptr_t left, uintptr_t signals)',
);

// <poll.h>
const POLLIN = 0x1;
/** Where in our memory struct pollfd begins: the descriptor, and 16 bits each of what is waited for and what has come. */
const POLLFD = 16;
const POLLFD_SIZE = 8;

/** struct timespec of 64-bit Linux: seconds and nanoseconds, of eight bytes each; the upper four are 0 of both. */
const SIZE = 16;
let memory: { readonly words: Uint32Array; readonly address: number } | null = null;

function openMemory() {
  const { bytes, address } = new NativeMemory(SIZE + POLLFD_SIZE);
  return { words: new Uint32Array(bytes.buffer), address };
}

/**
 * Lets this thread sleep until a moment of CLOCK_MONOTONIC, in milliseconds. Nothing of it runs meanwhile, and it cannot be
 * ended: for a few milliseconds only. Throws MGL_LINUX_UNSUPPORTED.
 */
export function napUntil(ms: number): void {
  clockNanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, timespec(ms).address, 0);
}

/**
 * Lets this thread sleep for so many milliseconds, or until that descriptor becomes readable. As napUntil(), for a few
 * milliseconds only. Throws MGL_LINUX_UNSUPPORTED.
 */
export function napFor(ms: number, fd: number): void {
  const { words, address } = timespec(ms);
  words[POLLFD / 4] = fd;
  words[POLLFD / 4 + 1] = POLLIN;
  ppoll(address + POLLFD, 1, address, 0);
}

function timespec(ms: number) {
  const seconds = Math.floor(ms / 1000);
  memory ??= openMemory();
  const { words } = memory;
  words[0] = seconds;
  words[2] = Math.floor((ms - seconds * 1000) * 1e6);
  return memory;
}
