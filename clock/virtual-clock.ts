import type { Cancel, Clock } from '../protocol/clock.js';
import { eventLoopIdle } from './event-loop.js';
import { TimerHeap } from './timer-heap.js';

export interface VirtualClockOptions {
  /** Wall time at the beginning, milliseconds since the epoch; default 2026-01-01T00:00:00Z. */
  readonly startMs?: number;
  /** Default 1. */
  readonly seed?: number;
}

/** More timers than this at one moment: a loop that time cannot end. */
const MAX_TIMERS_PER_MOMENT = 1_000_000;

/**
 * Time that passes only when a spec says so. Between two timers everything that the first one caused has happened:
 * messages, promises and turns of the event loop. Real I/O is not waited for.
 */
export class VirtualClock implements Clock {
  readonly #timers = new TimerHeap();
  #wall: number;
  #elapsed = 0;
  #advancing: Promise<unknown> = Promise.resolve();
  readonly random: () => number;

  constructor(options: VirtualClockOptions = {}) {
    this.#wall = options.startMs ?? Date.UTC(2026, 0, 1);
    this.random = seededRandom(options.seed ?? 1);
  }

  readonly now = (): number => this.#wall + this.#elapsed;

  readonly monotonic = (): number => this.#elapsed;

  readonly schedule = (ms: number, run: () => void): Cancel => {
    if (Number.isNaN(ms)) throw new RangeError('a timer needs a number of milliseconds');
    if (ms === Number.POSITIVE_INFINITY) return () => {};
    return this.#timers.add(this.#elapsed + Math.max(0, ms), run);
  };

  /** Timers that are set and have not fired. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Sets the wall clock forward (or back); monotonic time and timers do not notice. */
  jumpWall(ms: number): void {
    this.#wall += ms;
  }

  /**
   * Lets `ms` pass: fires the timers that fall due, in order, also those that are set meanwhile. Calls that overlap
   * are done one after the other. Rejects with what a timer throws.
   */
  readonly advance = (ms: number): Promise<void> => {
    const done = this.#advancing.then(() => this.#advance(ms));
    this.#advancing = done.catch(() => {});
    return done;
  };

  /** Lets everything happen that needs no time to pass. */
  readonly settle = (): Promise<void> => eventLoopIdle();

  async #advance(ms: number): Promise<void> {
    if (!Number.isFinite(ms) || ms < 0) throw new RangeError(`time cannot advance by ${ms} ms`);
    const target = this.#elapsed + ms;
    await eventLoopIdle();
    let firedNow = 0;
    for (
      let next = this.#timers.peek();
      next !== undefined && next.due <= target;
      next = this.#timers.peek()
    ) {
      this.#timers.pop();
      firedNow = next.due > this.#elapsed ? 1 : firedNow + 1;
      if (firedNow > MAX_TIMERS_PER_MOMENT) throw new Error('timers set each other for ever at one moment');
      this.#elapsed = Math.max(this.#elapsed, next.due);
      next.run();
      await eventLoopIdle();
    }
    this.#elapsed = target;
  }
}

/** A stream of numbers in [0, 1) that depends on `seed` alone (the mulberry32 generator). Not for secrets. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
