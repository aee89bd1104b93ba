import type { Cancel, Clock } from '../../protocol/clock.js';

interface Pending {
  /** Place in the list; -1 when it has left it. */
  index: number;
  stop: Cancel;
}

/** The timers of one incarnation. They end with it, whatever happens. */
export class IncarnationTimers {
  readonly #clock: Clock;
  /** In no order. There are thousands of actors with one timer each: a list of one is cheap, a set is not. */
  readonly #pending: Pending[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `run` after `ms` milliseconds; never when they are Infinity. */
  after(ms: number, run: () => void): Cancel {
    const timer: Pending = { index: this.#pending.length, stop: () => {} };
    this.#pending.push(timer);
    timer.stop = this.#clock.schedule(ms, () => {
      this.#forget(timer);
      run();
    });
    return () => this.#cancel(timer);
  }

  /**
   * Runs `run` every `ms` milliseconds, each gap spread evenly by +-jitter; the first gap too. Without jitter the
   * beats do not drift; beats that a busy process missed are left out, never made up for in a burst.
   */
  every(ms: number, jitter: number, run: () => void): Cancel {
    if (!(ms > 0))
      throw new RangeError(`a repeated timer needs a positive number of milliseconds, not ${ms}`);
    if (!(jitter >= 0 && jitter <= 1)) throw new RangeError(`a jitter is from 0 to 1, not ${jitter}`);
    let due = this.#clock.monotonic();
    let cancelNext: Cancel = () => {};
    const next = (): void => {
      const now = this.#clock.monotonic();
      const gap = jitter === 0 ? ms : ms * (1 + jitter * (2 * this.#clock.random() - 1));
      due = due + gap > now ? due + gap : now + gap;
      cancelNext = this.after(due - now, () => {
        next();
        run();
      });
    };
    next();
    return () => cancelNext();
  }

  cancelAll(): void {
    for (const timer of [...this.#pending]) this.#cancel(timer);
  }

  #cancel(timer: Pending): void {
    this.#forget(timer);
    timer.stop();
  }

  #forget(timer: Pending): void {
    if (timer.index < 0) return;
    const last = this.#pending.pop();
    if (last !== undefined && last !== timer) {
      last.index = timer.index;
      this.#pending[timer.index] = last;
    }
    timer.index = -1;
  }
}
