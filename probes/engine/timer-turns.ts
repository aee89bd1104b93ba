import type { Cancel, Clock } from '../../protocol/clock.js';
import type { ProbingThread } from './thread.js';

/** At least so often it looks whether something is due, in milliseconds. */
const LONGEST_PAUSE = 4000;

/** Lets the time of a thread pass by timers, on an event loop that does other things, too. */
export class TimerTurns {
  readonly #clock: Pick<Clock, 'monotonic' | 'schedule'>;
  readonly #thread: Pick<ProbingThread, 'schedule' | 'flush'>;
  #timer: Cancel = () => {};
  #armedFor = Number.POSITIVE_INFINITY;
  #stirred = false;
  #stopped = false;

  constructor(
    clock: Pick<Clock, 'monotonic' | 'schedule'>,
    thread: Pick<ProbingThread, 'schedule' | 'flush'>,
  ) {
    this.#clock = clock;
    this.#thread = thread;
  }

  /** Something has happened: there may be something to tell, or to be done earlier. */
  stir(): void {
    if (this.#stirred) return;
    this.#stirred = true;
    setImmediate(() => {
      this.#stirred = false;
      this.#thread.flush();
      this.#arm();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer();
  }

  #arm(): void {
    const { schedule } = this.#thread;
    const at = schedule.size === 0 ? Number.POSITIVE_INFINITY : schedule.nextTurn(LONGEST_PAUSE);
    if (this.#stopped || at === this.#armedFor) return;
    this.#timer();
    this.#armedFor = at;
    this.#timer = this.#clock.schedule(at - this.#clock.monotonic(), () => {
      this.#armedFor = Number.POSITIVE_INFINITY;
      schedule.turn();
      this.#thread.flush();
      this.#arm();
    });
  }
}
