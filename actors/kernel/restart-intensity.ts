import type { Supervision } from './contract.js';

/** The sliding window of a supervisor's restarts: at most `restarts` in any `withinMs`. */
export class RestartIntensity {
  readonly #limit: Supervision['intensity'];
  /** When the restarts of the window were, oldest first; never more than the limit and one. */
  #moments: number[] = [];

  constructor(limit: Supervision['intensity']) {
    this.#limit = limit;
  }

  /** Counts one more restart at `now` (monotonic milliseconds). False: it is one too many. */
  admit(now: number): boolean {
    const { restarts, withinMs } = this.#limit;
    if (restarts === Number.POSITIVE_INFINITY) return true;
    this.#moments = this.#moments.filter((moment) => now - moment <= withinMs);
    if (this.#moments.length >= restarts) return false;
    this.#moments.push(now);
    return true;
  }
}
