import type { Cancel, Clock } from '../../protocol/clock.js';
import { StallMemory } from './stall-memory.js';
import type { ProbingThread } from './thread.js';

/** Milliseconds between the moments at which it wakes while probes are under way. */
const GRID_MS = 10;
/**
 * For how long it waits for what it has begun in this turn, at most, and after how much of that it looks: to be woken costs
 * more than a probe, so that it is not woken by each answer. While many begin, the first ones are answered already: that look costs no
 * sleep.
 */
const looksMs = [0, 0.6, 2.5] as const;
/**
 * Where no more than so many probes are under way whose result may bring another verdict, it is woken by each answer, and those begin before all
 * others: a verdict waits for nothing. With more of them, as at a start, that would cost more than it gains.
 */
const MOST_WAITED_FOR = 32;
/** While there are such probes, so many begin before it looks again. */
const SLICE = 8;
/**
 * For how long it waits for what of them has begun in this turn, before the others begin: they may be answered by the same machine, in the
 * same order. One that is silent holds up the others by that much.
 */
const HEAD_START_MS = 1;
/** How often it may be woken in one sleep. */
const MOST_WAKES = 64;
/** How often it shows that it lives. */
const BEAT_MS = 50;
/** So often the event loop turns at least, though nobody has called. */
const LOOP_MS = 250;

export interface KernelTurnsOptions {
  readonly clock: Pick<Clock, 'monotonic' | 'schedule'>;
  readonly thread: () => Pick<ProbingThread, 'schedule' | 'flush'>;
  /** Waits a message for this thread? */
  readonly called: () => boolean;
  /** Begins what the schedule has started, or so much of it, and answers whether more of it waits. */
  readonly begin: (most?: number) => boolean;
  /** Handles what has arrived. */
  readonly look: () => void;
  /** Sleeps in the kernel until that moment of the monotonic clock. */
  readonly napUntil: (ms: number) => void;
  /** The same for so many milliseconds, or until there is something to look at. */
  readonly waitFor: (ms: number) => void;
  readonly beat: () => void;
}

/**
 * Lets the time of a thread pass that sleeps in the kernel, on a grid: what it takes to wake up is shared by all probes that
 * begin together, and by all answers that came meanwhile. It waits a little for those that answer at once, and never for all:
 * a single dead server would hold back the others. The event loop turns when a message waits.
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
    setImmediate(this.#run);
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

  /** Turns until somebody calls, or nothing is to be done for long: to let the event loop turn costs as much as a probe. */
  readonly #run = (): void => {
    const { clock, called } = this.#options;
    const until = clock.monotonic() + LOOP_MS;
    while (!this.#stopped) {
      const at = this.#turn();
      const now = clock.monotonic();
      if (at > now + GRID_MS) {
        this.#turning = false;
        this.#idle(at);
        return;
      }
      if (called() || now >= until) {
        setImmediate(this.#run);
        return;
      }
      this.#sleep(now, at);
    }
  };

  /** Answers when the next one is due. */
  #turn(): number {
    const { clock, look, beat } = this.#options;
    const thread = this.#options.thread();
    const { schedule } = thread;
    // What has arrived in time comes before the deadlines.
    look();
    schedule.turn(this.#first);
    thread.flush();
    this.#begin();
    // Of many, the last ones begin milliseconds behind the first ones.
    const startedAt = clock.monotonic();
    for (let i = 0; i < looksMs.length && schedule.fresh > 0; i++) this.#wait(startedAt + (looksMs[i] ?? 0));
    thread.flush();
    const now = clock.monotonic();
    if (now - this.#beatAt >= BEAT_MS) {
      this.#beatAt = now;
      beat();
    }
    const due = schedule.nextTurn(BEAT_MS);
    const grid = (Math.floor(now / GRID_MS) + 1) * GRID_MS;
    return schedule.underWay > 0 ? Math.min(due, grid) : due;
  }

  /** What may bring another verdict is asked, and heard if it answers soon, before all others begin. */
  readonly #first = (): void => {
    const { clock, thread, waitFor } = this.#options;
    const { schedule } = thread();
    thread().flush();
    this.#begin();
    if (!this.#hurries) return;
    let now = clock.monotonic();
    const until = now + HEAD_START_MS;
    while (now < until && schedule.freshDeciding > 0) {
      this.#slept(now);
      waitFor(until - now);
      this.#woken(until);
      this.#look();
      now = clock.monotonic();
    }
  };

  /** It looks for answers that may bring another verdict while others begin. */
  #begin(): void {
    const { begin } = this.#options;
    while (begin(this.#hurries ? SLICE : undefined)) this.#look();
  }

  /** Is there somebody for whose answer it is to wake up? */
  get #hurries(): boolean {
    const { deciding } = this.#options.thread().schedule;
    return deciding > 0 && deciding <= MOST_WAITED_FOR;
  }

  /** Handles what has come, and tells of it. */
  #look(): void {
    this.#options.look();
    this.#options.thread().flush();
  }

  /** Handles what comes until then, and tells of it. */
  #wait(until: number): void {
    const now = this.#options.clock.monotonic();
    if (now < until) this.#sleep(now, until);
    this.#look();
  }

  /** Until then, but for answers that may bring another verdict. */
  #sleep(from: number, until: number): void {
    const { clock, napUntil, waitFor } = this.#options;
    let now = from;
    for (let wakes = 0; now < until && wakes < MOST_WAKES && this.#hurries; wakes++) {
      this.#slept(now);
      waitFor(until - now);
      this.#woken(until);
      now = clock.monotonic();
      if (now < until) this.#look();
    }
    this.#slept(now);
    if (now < until) napUntil(until);
    this.#woken(Math.max(until, now));
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
