/** Spans that are older than so many others are forgotten. */
const KEPT = 100;

interface Span {
  readonly from: number;
  until: number;
}

/** When maglevd, for want of a VPP that it can believe, took no silence for a failure. One span ends where the next begins. */
export class Blindness {
  readonly #now: () => number;
  #spans: Span[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** From now on, for so long at most. */
  begin(forMs: number): void {
    const from = this.#now();
    const last = this.#spans.at(-1);
    if (last !== undefined) last.until = Math.min(last.until, from);
    this.#spans = [...this.#spans.slice(-KEPT), { from, until: from + forMs }];
  }

  /** How much of the time since then it could see. */
  seenMs(since: number): number {
    const now = this.#now();
    let seen = now - since;
    for (const { from, until } of this.#spans)
      seen -= Math.max(0, Math.min(now, until) - Math.max(since, from));
    return seen;
  }
}
