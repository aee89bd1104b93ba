import type { Cancel, Clock } from '../../protocol/clock.js';

/**
 * A thread that is not busy keeps this beat, in milliseconds. A stall shorter than it may go unseen; every beat costs a
 * wakeup, also of an idle thread.
 */
const beatMs = 50;
/** How long stalls are remembered: no probe that is judged has been under way for longer. */
const memoryMs = 120_000;
/** Smaller delays are ordinary. */
const smallestStall = 3;
const mostStalls = 4096;

interface Stall {
  /** When the thread did something again. */
  readonly until: number;
  readonly ms: number;
}

/**
 * How late this thread does what is due, measured by a timer that expects itself every 50 ms. It sees whatever keeps
 * the thread from running: long work of its own, garbage collection, a stopped process, a machine without a CPU to
 * spare.
 */
export class LagMeter {
  readonly #clock: Clock;
  readonly #beat: () => void;
  readonly #stalls: Stall[] = [];
  #due: number;
  #timer: Cancel;

  /** `beat` is called with every beat. */
  constructor(clock: Clock, beat: () => void = () => {}) {
    this.#clock = clock;
    this.#beat = beat;
    this.#due = clock.monotonic() + beatMs;
    this.#timer = clock.schedule(beatMs, () => this.#tick());
  }

  /** The longest stall of which some part lies behind `since` (of the clock's monotonic time), in milliseconds. */
  worstSince(since: number): number {
    let worst = Math.max(0, this.#clock.monotonic() - this.#due);
    for (let i = this.#stalls.length - 1; i >= 0; i--) {
      const stall = this.#stalls[i];
      if (stall === undefined || stall.until < since) break;
      worst = Math.max(worst, stall.ms);
    }
    return worst;
  }

  /** Within the last second. */
  recent(): number {
    return this.worstSince(this.#clock.monotonic() - 1000);
  }

  stop(): void {
    this.#timer();
  }

  #tick(): void {
    const now = this.#clock.monotonic();
    const ms = now - this.#due;
    if (ms >= smallestStall) {
      this.#stalls.push({ until: now, ms });
      const kept = this.#stalls.findIndex(({ until }) => until >= now - memoryMs);
      this.#stalls.splice(0, Math.max(kept, this.#stalls.length - mostStalls));
    }
    this.#due = now + beatMs;
    this.#timer = this.#clock.schedule(beatMs, () => this.#tick());
    this.#beat();
  }
}
