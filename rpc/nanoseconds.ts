/** Milliseconds, with or without a fraction, as the whole nanoseconds that travel. Exact also for a time of day. */
export function nanoseconds(ms: number): bigint {
  return BigInt(Math.trunc(ms)) * 1_000_000n + BigInt(Math.round((ms % 1) * 1e6));
}
