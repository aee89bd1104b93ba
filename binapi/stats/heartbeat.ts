/** VPP's default interval between two beats, in milliseconds. The segment does not tell the real one. */
export const DEFAULT_BEAT_MS = 10_000;

/** Beats that may be missing before something is wrong. */
const MISSING_BEATS = 3;
/** Beats over which the interval must have been measured before a shorter one than the default is believed. */
const BEATS_TO_BELIEVE = 3n;
const SHORTEST_BEAT_MS = 500;

interface Beat {
  readonly count: bigint;
  /** Milliseconds of the monotonic clock at which it was first seen. */
  readonly seenAt: number;
}

/**
 * Tells from occasional looks at VPP's heartbeat whether it is overdue. Learns how long a beat takes here. Times are
 * milliseconds of the monotonic clock.
 */
export class Heartbeat {
  #beatMs: number;
  /** The first change that was seen; what was there at the beginning may have been there for a while. */
  #firstChange: Beat | null = null;
  #last: Beat | null = null;

  constructor(beatMs: number = DEFAULT_BEAT_MS) {
    this.#beatMs = beatMs;
  }

  /** How long a beat takes, as far as is known. */
  get beatMs(): number {
    return this.#beatMs;
  }

  /** A look at time `now` found this many beats. */
  observe(count: bigint, now: number): void {
    if (this.#last === null) {
      this.#last = { count, seenAt: now };
      return;
    }
    if (count === this.#last.count) return;
    this.#last = { count, seenAt: now };
    if (this.#firstChange === null || count < this.#firstChange.count) {
      this.#firstChange = this.#last;
      return;
    }
    const beats = count - this.#firstChange.count;
    const measured = Math.max(SHORTEST_BEAT_MS, (now - this.#firstChange.seenAt) / Number(beats));
    if (measured > this.#beatMs || beats >= BEATS_TO_BELIEVE) this.#beatMs = measured;
  }

  /** Milliseconds since the count was last seen to change. */
  stillFor(now: number): number {
    return this.#last === null ? 0 : now - this.#last.seenAt;
  }

  isOverdue(now: number): boolean {
    return this.stillFor(now) > MISSING_BEATS * this.#beatMs;
  }

  /** VPP gave another sign of life: the wait for its next beat begins anew. */
  excuse(now: number): void {
    if (this.#last !== null) this.#last = { ...this.#last, seenAt: now };
  }
}
