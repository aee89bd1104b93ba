import type { Cancel, Clock } from '../../protocol/clock.js';
import { StallMemory } from './stall-memory.js';

/**
 * A thread that probes keeps this beat when it is not busy, in milliseconds. A stall shorter than it may go unseen; every beat
 * costs a wakeup, also of an idle thread.
 */
const USUAL_BEAT_MS = 50;

/**
 * How late this thread does what is due, measured by a timer that expects itself again and again. It sees whatever keeps
 * the thread from running: long work of its own, garbage collection, a stopped process, a machine without a CPU to
 * spare.
 */
export class LagMeter {
  readonly #clock: Clock;
  readonly #beat: () => void;
  readonly #beatMs: number;
  readonly #stalls = new StallMemory();
  #due: number;
  #timer: Cancel;

  /** `beat` is called with every beat. */
  constructor(clock: Clock, beat: () => void = () => {}, beatMs = USUAL_BEAT_MS) {
    this.#clock = clock;
    this.#beat = beat;
    this.#beatMs = beatMs;
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
    this.#due = now + this.#beatMs;
    this.#timer = this.#clock.schedule(this.#beatMs, () => this.#tick());
    this.#beat();
  }
}
