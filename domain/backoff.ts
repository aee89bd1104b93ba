/** Milliseconds between attempts in a row: they begin with `minMs` and double, up to `maxMs`. */
export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
  /** Spread by +-jitter, a fraction of 0..1. */
  readonly jitter: number;
}

/**
 * Milliseconds before the n-th attempt in a row (n from 1), spread evenly with `random` in [0, 1). Never below 1 ms, so
 * that no setting can turn a crash loop into a hot one.
 */
export function backoffDelay({ minMs, maxMs, jitter }: Backoff, n: number, random: number): number {
  // 2^30 ms is 12 days: above any sensible maximum, and far from overflow.
  const base = Math.min(maxMs, minMs * 2 ** Math.min(n - 1, 30));
  return Math.max(1, base * (1 + jitter * (2 * random - 1)));
}
