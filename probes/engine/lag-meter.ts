import type { Cancel, Clock } from '../../protocol/clock.js';
import { StallMemory } from './stall-memory.js';

/**
 * A thread that is not busy keeps this beat, in milliseconds. A stall shorter than it may go unseen; every beat costs a
 * wakeup, also of an idle thread.
 */
const beatMs = 50;
/**
 * How late this thread does what is due, measured by a timer that expects itself every 50 ms. It sees whatever keeps
 * the thread from running: long work of its own, garbage collection, a stopped process, a machine without a CPU to
 * spare.
 */
export class LagMeter {
  readonly #clock: Clock;
  readonly #beat: () => void;
  readonly #stalls = new StallMemory();
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
    return Math.max(0, this.#clock.monotonic() - this.#due, this.#stalls.worstSince(since));
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
    this.#stalls.note(ms, now);
    this.#due = now + beatMs;
    this.#timer = this.#clock.schedule(beatMs, () => this.#tick());
    this.#beat();
  }
}
