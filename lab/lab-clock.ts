import { TimerHeap } from '../clock/timer-heap.js';
import { seededRandom } from '../clock/virtual-clock.js';
import type { Cancel, Clock } from '../protocol/clock.js';
import type { Turns } from './turns.js';

/** When every day begins: 2026-06-01T00:00:00Z. */
const START_MS = Date.UTC(2026, 5, 1);

/** Time has ticks. */
const TICKS_PER_MS = 1e6;
/** Less is only the rounding of a sum. */
const TINY_MS = 2 / TICKS_PER_MS;

/** More timers than this at one moment: a loop that time cannot end. */
const MAX_TIMERS_PER_MOMENT = 100_000;

/**
 * The time of a simulated day. It jumps from one timer to the next; between two of them everything that the first one
 * caused has happened. `now` is that of the world; each process has a wall clock of its own, which may be set.
 */
export class LabClock implements Clock {
  readonly random: () => number;
  readonly #timers = new TimerHeap();
  readonly #turns: Turns;
  #elapsed = 0;
  /** Timers fired. */
  fired = 0;

  constructor(turns: Turns, seed: number) {
    this.#turns = turns;
    this.random = seededRandom(seed);
  }

  /** Milliseconds since the day began. */
  readonly monotonic = (): number => this.#elapsed;

  readonly now = (): number => START_MS + this.#elapsed;

  readonly schedule = (ms: number, run: () => void): Cancel => {
    if (Number.isNaN(ms)) throw new RangeError('a timer needs a number of milliseconds');
    if (ms === Number.POSITIVE_INFINITY) return () => {};
    // Whoever waits for a whole millisecond is not woken before it, by the rounding of a sum.
    const tick = Math.round((this.#elapsed + Math.max(0, ms)) * TICKS_PER_MS);
    // And whoever waits at all is not woken at the same moment: he would reckon the same rest again.
    const first = Math.round(this.#elapsed * TICKS_PER_MS) + (ms > 0 ? 1 : 0);
    return this.#timers.add(Math.max(tick, first) / TICKS_PER_MS, run);
  };

  /** Timers that are set and have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets time pass until `until` (milliseconds of the day), or until `over`. */
  async run(until: number, over: () => boolean): Promise<void> {
    await this.#turns.drain();
    let firedNow = 0;
    for (
      let next = this.#timers.peek();
      next !== undefined && next.due <= until;
      next = this.#timers.peek()
    ) {
      if (over()) return;
      this.#timers.pop();
      firedNow = next.due > this.#elapsed ? 1 : firedNow + 1;
      if (firedNow > MAX_TIMERS_PER_MOMENT) throw new Error('timers set each other for ever at one moment');
      this.#elapsed = Math.max(this.#elapsed, next.due);
      this.fired++;
      next.run();
      await this.#turns.drain();
    }
    this.#elapsed = Math.max(this.#elapsed, until);
  }
}

/** The clock of one process, or of one of its threads. After its death no timer of it fires any more. */
export class ProcessClock implements Clock {
  readonly random: () => number;
  readonly #world: Pick<Clock, 'now' | 'monotonic' | 'schedule'>;
  readonly #wallOffset: () => number;
  #dead = false;
  #stalledUntil = 0;
  #pending = 0;

  constructor(world: Pick<Clock, 'now' | 'monotonic' | 'schedule'>, seed: number, wallOffset: () => number) {
    this.#world = world;
    this.#wallOffset = wallOffset;
    this.random = seededRandom(seed);
  }

  readonly now = (): number => this.#world.now() + this.#wallOffset();

  readonly monotonic = (): number => this.#world.monotonic();

  readonly schedule = (ms: number, run: () => void): Cancel => {
    if (this.#dead || ms === Number.POSITIVE_INFINITY) return () => {};
    this.#pending++;
    let waits = true;
    const over = () => {
      if (waits) this.#pending--;
      waits = false;
    };
    let cancel = this.#world.schedule(ms, () => {
      const wait = this.stalledFor;
      if (wait > 0) cancel = this.#world.schedule(wait, fire);
      else fire();
    });
    const fire = () => {
      if (!waits) return;
      over();
      if (!this.#dead) run();
    };
    return () => {
      over();
      cancel();
    };
  };

  /** Does nothing for so long: timers that fall due meanwhile fire when it is over. */
  stall(ms: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.#world.monotonic() + ms);
  }

  get stalledFor(): number {
    const left = this.#stalledUntil - this.#world.monotonic();
    return left < TINY_MS ? 0 : left;
  }

  /** Timers of this process that are set. */
  get pending(): number {
    return this.#pending;
  }

  kill(): void {
    this.#dead = true;
  }
}
