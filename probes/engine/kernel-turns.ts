import type { Cancel, Clock } from '../../protocol/clock.js';
import { StallMemory } from './stall-memory.js';
import type { ProbingThread } from './thread.js';

/** Milliseconds between the moments at which it wakes while probes are under way. */
const gridMs = 10;
/** For how long it waits for what it has begun in this turn, at most. */
const freshMs = 2.5;
/** When one has answered, it lets others come before it looks again: to be woken costs as much as a probe. */
const gatherMs = 0.4;
/** How often it shows that it lives. */
const beatMs = 50;

export interface KernelTurnsOptions {
  readonly clock: Pick<Clock, 'monotonic' | 'schedule'>;
  readonly thread: () => Pick<ProbingThread, 'schedule' | 'flush'>;
  /** Handles what has arrived; waits for it so many milliseconds, at most. */
  readonly look: (ms: number) => void;
  /** Sleeps in the kernel until that moment of the monotonic clock. */
  readonly napUntil: (ms: number) => void;
  readonly beat: () => void;
}

/**
 * Lets the time of a thread pass that sleeps in the kernel, on a grid: what it takes to wake up is shared by all probes that
 * begin together, and by all answers that came meanwhile. It waits a little for those that answer at once, and never for all:
 * a single dead server would hold back the others. Between two turns the event loop turns, too, for messages.
 */
export class KernelTurns {
  readonly #options: KernelTurnsOptions;
  readonly #stalls = new StallMemory();
  /** Since when it has been awake. */
  #awakeSince: number;
  #beatAt = 0;
  #timer: Cancel = () => {};
  #turning = false;
  #stopped = false;

  constructor(options: KernelTurnsOptions) {
    this.#options = options;
    this.#awakeSince = options.clock.monotonic();
    this.#idle(options.clock.monotonic());
  }

  /** Something has happened: there may be something to tell, or to be done earlier. */
  stir(): void {
    if (this.#turning || this.#stopped) return;
    this.#turning = true;
    this.#timer();
    this.#awakeSince = this.#options.clock.monotonic();
    setImmediate(this.#turn);
  }

  /** The longest time for which it did not look although it should have, since then. */
  worstSince(since: number): number {
    return Math.max(this.#stalls.worstSince(since), this.#options.clock.monotonic() - this.#awakeSince);
  }

  /** Within the last second. */
  recent(): number {
    return this.worstSince(this.#options.clock.monotonic() - 1000);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer();
  }

  readonly #turn = (): void => {
    if (this.#stopped) return;
    const { clock } = this.#options;
    const thread = this.#options.thread();
    const { schedule } = thread;
    // What has arrived in time comes before the deadlines.
    this.#options.look(0);
    schedule.turn();
    const until = clock.monotonic() + freshMs;
    while (schedule.fresh > 0 && this.#wait(until));
    thread.flush();
    const now = clock.monotonic();
    if (now - this.#beatAt >= beatMs) {
      this.#beatAt = now;
      this.#options.beat();
    }
    const due = schedule.nextTurn(beatMs);
    const grid = (Math.floor(now / gridMs) + 1) * gridMs;
    const at = schedule.underWay > 0 ? Math.min(due, grid) : due;
    if (at > now + gridMs) {
      this.#turning = false;
      this.#idle(at);
      return;
    }
    this.#slept(now);
    if (at > now) this.#options.napUntil(at);
    this.#woken(Math.max(at, now));
    setImmediate(this.#turn);
  };

  /** Is there time left? */
  #wait(until: number): boolean {
    const { clock, look } = this.#options;
    const now = clock.monotonic();
    const left = Math.ceil(until - now);
    if (left <= 0) return false;
    this.#slept(now);
    look(left);
    // It must be back by then, with all that has come.
    this.#woken(now + left);
    const gathered = clock.monotonic() + gatherMs;
    if (this.#options.thread().schedule.fresh > 0 && gathered < until) {
      this.#slept(clock.monotonic());
      this.#options.napUntil(gathered);
      this.#woken(gathered);
    }
    return true;
  }

  /** Nothing is to be done for long: messages are heard at once meanwhile. */
  #idle(at: number): void {
    const { clock } = this.#options;
    this.#timer = clock.schedule(Math.max(0, at - clock.monotonic()), () => {
      this.#stalls.note(clock.monotonic() - at, clock.monotonic());
      this.stir();
    });
    // Whoever waits for a timer is not busy.
    this.#awakeSince = Number.POSITIVE_INFINITY;
  }

  #slept(now: number): void {
    this.#stalls.note(now - this.#awakeSince, now);
  }

  #woken(planned: number): void {
    const now = this.#options.clock.monotonic();
    this.#stalls.note(now - planned, now);
    this.#awakeSince = now;
  }
}
