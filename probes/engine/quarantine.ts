import type { Clock } from '../../protocol/clock.js';

export interface QuarantineLimits {
  readonly aloneMinMs: number;
  readonly aloneMaxMs: number;
}

interface Left {
  readonly untilMs: number;
  readonly pauseMs: number;
}

/**
 * Targets that a worker has died of, by their numbers. Each is left alone for a while, longer with every time, so that
 * it cannot take the time of all others by killing one worker after the other.
 */
export class Quarantine {
  readonly #clock: Clock;
  readonly #limits: QuarantineLimits;
  readonly #left = new Map<number, Left>();

  constructor(clock: Clock, limits: QuarantineLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /**
   * A worker has died of it. Answers for how long it is left alone, in milliseconds: twice as long as the last time,
   * unless it has been well for the longest pause since.
   */
  blame(number: number): number {
    const { aloneMinMs, aloneMaxMs } = this.#limits;
    const now = this.#clock.monotonic();
    const last = this.#left.get(number);
    const again = last !== undefined && now < last.untilMs + aloneMaxMs;
    const pauseMs = again ? Math.min(aloneMaxMs, last.pauseMs * 2) : aloneMinMs;
    this.#left.set(number, { untilMs: now + pauseMs, pauseMs });
    return pauseMs;
  }

  /** For how much longer it is left alone, in milliseconds; 0 = it is not. */
  remainingMs(number: number): number {
    const left = this.#left.get(number);
    return left === undefined ? 0 : Math.max(0, left.untilMs - this.#clock.monotonic());
  }

  forget(number: number): void {
    this.#left.delete(number);
  }
}
