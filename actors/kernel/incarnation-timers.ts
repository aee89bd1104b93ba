import type { Cancel, Clock } from '../../protocol/clock.js';
import { Bag } from './bag.js';

/** The timers of one incarnation. They end with it, whatever happens. */
export class IncarnationTimers {
  readonly #clock: Clock;
  readonly #pending = new Bag<{ stop: Cancel }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `run` after `ms` milliseconds; never when they are Infinity. */
  after(ms: number, run: () => void): Cancel {
    const timer = { stop: () => {} };
    const place = this.#pending.add(timer);
    timer.stop = this.#clock.schedule(ms, () => {
      this.#pending.takeOut(place);
      run();
    });
    return () => {
      this.#pending.takeOut(place);
      timer.stop();
    };
  }

  /**
   * Runs `run` every `ms` milliseconds. The beats do not drift; those that a busy process missed are left out, never
   * made up for in a burst.
   */
  every(ms: number, run: () => void): Cancel {
    if (!(ms > 0))
      throw new RangeError(`a repeated timer needs a positive number of milliseconds, not ${ms}`);
    let due = this.#clock.monotonic();
    let cancelNext: Cancel = () => {};
    const next = (): void => {
      const now = this.#clock.monotonic();
      due = due + ms > now ? due + ms : now + ms;
      cancelNext = this.after(due - now, () => {
        next();
        run();
      });
    };
    next();
    return () => cancelNext();
  }

  cancelAll(): void {
    for (const place of this.#pending.places()) {
      this.#pending.takeOut(place);
      place.content.stop();
    }
  }
}
