import type { Supervision } from './contract.js';

/**
 * Milliseconds before the n-th restart in a row (n from 1): min * 2^(n-1), at most max, then spread evenly by
 * +-jitter with `random` in [0, 1). Never below 1 ms, so that no setting can turn a crash loop into a hot one.
 */
export function backoffDelay(backoff: Supervision['backoff'], n: number, random: number): number {
  // 2^30 ms is 12 days: above any sensible maximum, and far from overflow.
  const base = Math.min(backoff.maxMs, backoff.minMs * 2 ** Math.min(n - 1, 30));
  return Math.max(1, base * (1 + backoff.jitter * (2 * random - 1)));
}
