// The global of that name is looked up by a function every time.
import { performance } from 'node:perf_hooks';
import type { Cancel } from '../protocol/clock.js';
import { TimerHeap } from './timer-heap.js';

/** The longest delay that a Node timer holds; a longer one would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Any number of timers on one timer of Node, which costs several times as much as a place in a heap. Those that are
 * due together fire in one go, in the order of their time.
 */
export class TimerQueue {
  readonly #timers = new TimerHeap();
  #armed: NodeJS.Timeout | null = null;
  #armedFor = Number.POSITIVE_INFINITY;

  /** Runs `run` once after `ms` >= 0 milliseconds, never earlier, and never before this has returned. */
  schedule(ms: number, run: () => void): Cancel {
    const due = performance.now() + ms;
    const remove = this.#timers.add(due, run);
    if (due < this.#armedFor) this.#arm(due, ms);
    return () => {
      remove();
      // The last one must not keep the process alive.
      if (this.#timers.size === 0) this.#disarm();
    };
  }

  #arm(due: number, ms: number): void {
    this.#disarm();
    this.#armedFor = due;
    const delay = Math.min(LONGEST_TIMER, Math.max(1, Math.ceil(ms)));
    this.#armed = setTimeout(this.#fire, delay);
  }

  #disarm(): void {
    if (this.#armed !== null) clearTimeout(this.#armed);
    this.#armed = null;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  readonly #fire = (): void => {
    const now = performance.now();
    // Nothing is armed on the way: whatever is set meanwhile is looked at behind it.
    this.#armedFor = Number.NEGATIVE_INFINITY;
    try {
      for (
        let next = this.#timers.peek();
        next !== undefined && next.due <= now;
        next = this.#timers.peek()
      ) {
        this.#timers.pop();
        next.run();
      }
    } finally {
      // Also when one throws: the others fire all the same.
      const next = this.#timers.peek();
      if (next === undefined) this.#disarm();
      else this.#arm(next.due, next.due - performance.now());
    }
  };
}
