import type { Clock } from '../protocol/clock.js';

/** Nanoseconds since 1970, as the API has them, in whole milliseconds. */
export function milliseconds(ns: bigint): number {
  return Number(ns / 1_000_000n);
}

/** The same of what may be absent. */
export function momentOf(ns: bigint | undefined): number | null {
  return ns === undefined ? null : milliseconds(ns);
}

/** What was measured is believed for so long, in ms; behind that a worse measurement is better than none. */
const FRESH_MS = 120_000;

/** By how much the clock of another machine differs from ours. */
export class Skew {
  readonly #clock: Clock;
  #best: { readonly skewMs: number; readonly error: number; readonly at: number } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** null: it was not measured yet. */
  get best(): { readonly skewMs: number; readonly error: number } | null {
    return this.#best === null ? null : { skewMs: this.#best.skewMs, error: this.#best.error };
  }

  /** What it is there was between question and answer: in the middle, give or take half of the way. */
  async measure<T extends { readonly nowNs: bigint }>(ask: () => Promise<T>): Promise<T> {
    const clock = this.#clock;
    const [asked, began] = [clock.now(), clock.monotonic()];
    const answer = await ask();
    const tookMs = clock.monotonic() - began;
    const skewMs = Math.round(milliseconds(answer.nowNs) - (asked + tookMs / 2));
    const error = Math.ceil(tookMs / 2) + 1;
    const best = this.#best;
    const fresh = best !== null && began - best.at < FRESH_MS;
    const agrees = best !== null && Math.abs(best.skewMs - skewMs) <= best.error + error;
    if (!fresh || !agrees || error <= best.error) this.#best = { skewMs, error, at: began };
    return answer;
  }
}
