import type { Clock } from '../protocol/clock.js';

/**
 * So long the writers of streams work in one go, in milliseconds. What gRPC does behind their backs comes on top, and takes
 * several times as long: their time is cut short when it takes too long until they have their next turn.
 */
const TURN_MS = { longest: 3, shortest: 0.25 };
/** What may lie between two turns, in milliseconds: whatever else is due waits for as long, once or twice. */
const ROUND_MS = 7;

/** A piece of work of one stream. */
export type Job = () => void;

/**
 * Many streams write one after the other, first come, first served, without keeping the rest of maglevd waiting: after
 * some milliseconds whatever else is due has its turn.
 */
export class Turns {
  readonly #clock: Clock;
  #waiting: Job[] = [];
  /** How many of those have had their turn. */
  #done = 0;
  #awake = false;
  #turnMs = TURN_MS.longest;
  /** When the last turn began; null = nobody has waited since. */
  #beganAt: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `job` must not throw. */
  take(job: Job): void {
    this.#waiting.push(job);
    this.#wake();
  }

  #wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const now = this.#clock.monotonic();
    if (this.#beganAt !== null) {
      const late = now - this.#beganAt > ROUND_MS;
      this.#turnMs = late
        ? Math.max(TURN_MS.shortest, this.#turnMs / 2)
        : Math.min(TURN_MS.longest, this.#turnMs * 1.2);
    }
    this.#beganAt = now;
    const end = now + this.#turnMs;
    for (let job = this.#waiting[this.#done]; job !== undefined; job = this.#waiting[this.#done]) {
      this.#done++;
      job();
      if (this.#clock.monotonic() >= end) break;
    }
    this.#awake = false;
    if (this.#done < this.#waiting.length) {
      if (this.#done > 1024) {
        this.#waiting = this.#waiting.slice(this.#done);
        this.#done = 0;
      }
      this.#wake();
      return;
    }
    this.#waiting = [];
    this.#done = 0;
    this.#beganAt = null;
  };
}
