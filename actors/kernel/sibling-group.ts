import type { Cancel, Clock } from '../../protocol/clock.js';

/**
 * Siblings that are restarted together: first all of them end, the last one first; then, when the backoff is over,
 * they start again. A further failure meanwhile can widen the group, and prolong the backoff.
 */
export class SiblingGroup<T> {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #members: ReadonlySet<T> = new Set();
  /** In start order. */
  #order: readonly T[] = [];
  /** Everybody in #order from this place on has ended. */
  #ended = 0;
  #due = Number.NEGATIVE_INFINITY;
  #timer: Cancel | null = null;

  /** `onDue` is called when the backoff is over. */
  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  has(member: T): boolean {
    return this.#members.has(member);
  }

  /** `members`, in start order, contain every member of before that still lives. */
  widen(members: readonly T[], due: number): void {
    this.#order = members;
    this.#members = new Set(members);
    this.#ended = members.length;
    this.#due = Math.max(this.#due, due);
    this.#arm();
  }

  /** The last one, in start order, that has not ended; null when all have. */
  lastAlive(isAlive: (member: T) => boolean): T | null {
    for (; this.#ended > 0; this.#ended -= 1) {
      const member = this.#order[this.#ended - 1];
      if (member !== undefined && isAlive(member)) return member;
    }
    return null;
  }

  isDue(): boolean {
    return this.#timer === null;
  }

  cancel(): void {
    this.#timer?.();
  }

  #arm(): void {
    this.#timer?.();
    this.#timer = this.#clock.schedule(this.#due - this.#clock.monotonic(), () => {
      this.#timer = null;
      this.#onDue();
    });
  }
}
