import { setTimeout as sleep } from 'node:timers/promises';

/** What a promise gives, or `late` when that takes longer than so many real milliseconds. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | 'late'> {
  const timer = new AbortController();
  try {
    return await Promise.race([promise, sleep(ms, 'late' as const, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}
