/** How long stalls are remembered: no probe that is judged has been under way for longer. */
const MEMORY_MS = 120_000;
/** Smaller delays are ordinary. */
const SMALLEST_STALL = 3;
const MOST_STALLS = 4096;

interface Stall {
  /** When the thread did something again. */
  readonly until: number;
  readonly ms: number;
}

/** For how long a thread did nothing that was due, and when. Times are milliseconds of the monotonic clock. */
export class StallMemory {
  readonly #stalls: Stall[] = [];

  note(ms: number, until: number): void {
    if (ms < SMALLEST_STALL) return;
    this.#stalls.push({ until, ms });
    const kept = this.#stalls.findIndex((stall) => stall.until >= until - MEMORY_MS);
    this.#stalls.splice(0, Math.max(kept, this.#stalls.length - MOST_STALLS));
  }

  /** The longest of which some part lies behind `since`. */
  worstSince(since: number): number {
    let worst = 0;
    for (let i = this.#stalls.length - 1; i >= 0; i--) {
      const stall = this.#stalls[i];
      if (stall === undefined || stall.until < since) break;
      worst = Math.max(worst, stall.ms);
    }
    return worst;
  }
}
