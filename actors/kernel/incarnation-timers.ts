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
    for (const place of this.#pending.places()) {
      this.#pending.takeOut(place);
      place.content.stop();
    }
  }
}
