import type { Cancel, Clock } from '../protocol/clock.js';

export interface RefresherOptions {
  readonly clock: Clock;
  /** From the end of one run to the beginning of the next at least so long, in ms. */
  readonly gapMs: number;
  /** However long a run took, the next one that is asked for begins so long behind it at the latest, in ms; default 30 s. */
  readonly longestMs?: number;
  /** It runs so often when nobody asks, in ms; Infinity: it does not. */
  readonly everyMs: number;
  /** Must not reject. `isOver`: it was stopped meanwhile, and what was found is from before that. */
  readonly run: (isOver: () => boolean) => Promise<void>;
}

/** A run that took long is not begun again soon: it may take this part of the time. */
const SHARE = 0.1;
const LONGEST_MS = 30_000;

/**
 * Runs something at once when it is asked for, again behind the last time that it was, and never too often: asked for a
 * thousand times a second, it still runs once in a while, as long as it takes. Nothing happens before `start`, and behind
 * `stop`.
 */
export class Refresher {
  readonly #options: RefresherOptions;
  #state: 'stopped' | 'idle' | 'pausing' | 'running' = 'stopped';
  #wanted = false;
  #cancel: Cancel = () => {};
  /** Counts starts and stops: what an earlier one began is no business of this one. */
  #life = 0;

  constructor(options: RefresherOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#state !== 'stopped') return;
    this.#life++;
    this.#run();
  }

  stop(): void {
    this.#cancel();
    this.#life++;
    this.#state = 'stopped';
    this.#wanted = false;
  }

  ask(): void {
    if (this.#state === 'idle') this.#run();
    else this.#wanted = true;
  }

  #run(): void {
    const { clock, run } = this.#options;
    const life = this.#life;
    this.#cancel();
    this.#state = 'running';
    this.#wanted = false;
    const began = clock.monotonic();
    void run(() => life !== this.#life).then(() => {
      if (life === this.#life) this.#pause(clock.monotonic() - began);
    });
  }

  #pause(tookMs: number): void {
    const { clock, gapMs, everyMs, longestMs = LONGEST_MS } = this.#options;
    this.#state = 'pausing';
    const pauseMs = Math.max(gapMs, Math.min(tookMs / SHARE, longestMs));
    this.#cancel = clock.schedule(pauseMs, () => {
      if (this.#wanted) return this.#run();
      this.#state = 'idle';
      if (everyMs !== Number.POSITIVE_INFINITY) {
        this.#cancel = clock.schedule(Math.max(0, everyMs - pauseMs), () => this.#run());
      }
    });
  }
}
