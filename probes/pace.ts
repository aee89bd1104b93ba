import type { Cancel, Clock } from '../protocol/clock.js';

/** Milliseconds between two looks: the first while something happens, then longer and longer, up to the last. */
const SHORTEST = 1;
const LONGEST = 10;
const GROWTH = 1.25;

/**
 * Looks again and again for what bare descriptors have to tell, as long as somebody waits. The longer nothing comes,
 * the rarer it looks, so that an answer is seen when at most a quarter of its time has passed again, and at most 10 ms
 * later. With many probes under way one look serves many of them, which costs less than being woken for each.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #turn: () => boolean;
  #waiting = 0;
  #pause = SHORTEST;
  #timer: Cancel | null = null;
  #looking = false;

  /** `turn` handles what has come and answers whether anything has. */
  constructor(clock: Clock, turn: () => boolean) {
    this.#clock = clock;
    this.#turn = turn;
  }

  /** Somebody waits, until what is returned is called (once). */
  wait(): () => void {
    this.#waiting++;
    if (this.#pause > SHORTEST) {
      this.#timer?.();
      this.#timer = null;
      this.#pause = SHORTEST;
    }
    this.#arm();
    return () => {
      this.#waiting--;
    };
  }

  /** Looks now. */
  look(): void {
    if (this.#looking || this.#waiting === 0) return;
    this.#looking = true;
    try {
      this.#pause = this.#turn() ? SHORTEST : Math.min(LONGEST, this.#pause * GROWTH);
    } finally {
      this.#looking = false;
    }
  }

  #arm(): void {
    if (this.#timer !== null || this.#waiting === 0) return;
    this.#timer = this.#clock.schedule(this.#pause, () => {
      this.#timer = null;
      this.look();
      this.#arm();
    });
  }
}
