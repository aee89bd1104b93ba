import type { MaglevError } from './errors.js';
import type { LbCounters, LbIndexes } from './lb-counters.js';

/** VPP stops its workers while it tells where it counts: it is not asked more often than this. */
const INDEXES_GAP_MS = 1000;
/** When readings fail, the last good one is shown for this many intervals more. */
const INTERVALS_TO_KEEP = 3;

/** The last reading of VPP's counters, or why there is none. Moments are monotonic milliseconds. */
export class CounterShelf {
  #last: LbCounters | null = null;
  #readAt = 0;
  #failure: MaglevError | null = null;

  /** null: none is good enough to be shown. */
  get last(): LbCounters | null {
    return this.#last;
  }

  /** What whoever asks gets; null: nothing is known before the first reading is over. */
  get shown(): LbCounters | MaglevError | null {
    return this.#last ?? this.#failure;
  }

  put(counters: LbCounters, now: number): void {
    this.#last = counters;
    this.#readAt = now;
    this.#failure = null;
  }

  /** A reading failed; `interval`: in milliseconds, between two of them. Is that news? */
  failed(failure: MaglevError, interval: number, now: number): boolean {
    const news = failure.message !== this.#failure?.message;
    this.#failure = failure;
    if (now - this.#readAt > INTERVALS_TO_KEEP * interval) this.#last = null;
    return news;
  }

  /** It is of a VPP that has ended. */
  clear(): void {
    this.#last = null;
  }
}

/** Which column of numbers is whose, as VPP told last, or why it did not. Moments are monotonic milliseconds. */
export class KnownIndexes {
  #known: { readonly value: LbIndexes | MaglevError; readonly readAt: number } | null = null;
  #doubtful = false;

  /** null: it is not known. */
  get value(): LbIndexes | MaglevError | null {
    return this.#known?.value ?? null;
  }

  /** VIPs or servers may have come or gone. */
  doubt(): void {
    this.#doubtful = true;
  }

  /** Is VPP to be asked again? `lifetime`: how long they are believed without a doubt. */
  mustRenew(lifetime: number, now: number): boolean {
    if (this.#known === null) return true;
    return now - this.#known.readAt >= Math.max(INDEXES_GAP_MS, this.#doubtful ? 0 : lifetime);
  }

  /** VPP is being asked: whatever changes from here on makes them doubtful again. */
  forget(): void {
    this.#doubtful = false;
    this.#known = null;
  }

  /** `readAt`: when VPP was asked. */
  learn(value: LbIndexes | MaglevError, readAt: number): void {
    this.#known = { value, readAt };
  }
}
