/** No more than so many in any second, whenever it begins. */
export class RateLimit {
  readonly perSecond: number;
  /** When the last ones were, as many as may be in a second; the oldest stands where the next one will. */
  readonly #times: Float64Array;
  #next = 0;

  constructor(perSecond: number) {
    this.perSecond = perSecond;
    this.#times = new Float64Array(perSecond).fill(Number.NEGATIVE_INFINITY);
  }

  /** May there be one now? Then it is counted. `now`: milliseconds of a clock that never goes back. */
  take(now: number): boolean {
    if (now < this.freeAt()) return false;
    this.#times[this.#next] = now;
    this.#next = (this.#next + 1) % this.#times.length;
    return true;
  }

  /** From when on there may be another one. */
  freeAt(): number {
    return (this.#times[this.#next] ?? 0) + 1000;
  }
}
