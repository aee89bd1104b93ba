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

/** Something that is tried again and again. The same failure over and over is one piece of news. */
export class Retrying {
  readonly #backoff: Backoff;
  #failures = 0;
  #last = '';

  constructor(backoff: Backoff) {
    this.#backoff = backoff;
  }

  /** It failed; `text` tells failures apart. Is it news? */
  isNews(text: string): boolean {
    const news = text !== this.#last;
    this.#last = text;
    return news;
  }

  /** When to try again after one more failure, in milliseconds; `random` is in [0, 1). */
  nextDelay(random: number): number {
    return backoffDelay(this.#backoff, ++this.#failures, random);
  }

  succeeded(): void {
    this.#failures = 0;
    this.#last = '';
  }
}
