import type { LbCounters } from './lb-counters.js';
import type { StickyTraffic } from './sticky-forecast.js';

/** Seconds of the past that are looked at: long enough for chance to even out, short enough to be about now. */
const WINDOW_SECONDS = 300;
/** Less says nothing. */
const LEAST_SECONDS = 10;

interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly next: bigint;
  readonly first: bigint;
  readonly untracked: bigint;
}

/** What VPP counted in the last minutes, of all VIPs together. */
export class RecentTraffic {
  #samples: Sample[] = [];

  /** null: too little time has passed since the counters began, or began anew. */
  add({ at, vips }: LbCounters): StickyTraffic | null {
    const now = { at, next: 0n, first: 0n, untracked: 0n };
    for (const { next, first, untracked } of vips) {
      now.next += next;
      now.first += first;
      now.untracked += untracked;
    }
    const last = this.#samples.at(-1);
    // A VIP has gone: what it counted is in the older sums only.
    if (last !== undefined && (now.next < last.next || now.first < last.first || at < last.at)) {
      this.#samples = [];
    }
    this.#samples.push(now);
    while ((this.#samples[1]?.at ?? at) <= at - WINDOW_SECONDS * 1000) this.#samples.shift();
    const [begin] = this.#samples;
    if (begin === undefined || at - begin.at < LEAST_SECONDS * 1000) return null;
    return {
      seconds: (at - begin.at) / 1000,
      next: Number(now.next - begin.next),
      first: Number(now.first - begin.first),
      untracked: Number(now.untracked - begin.untracked),
    };
  }
}
