import { type ActorSystemRef, dispatch, type Ref, spawn, start, stop } from 'nact';
import type { Clock } from '../../protocol/clock.js';

/** Turns of one taker: never two at once, each in its own turn of the event loop. */
export interface Worker {
  /** Whose turns they are; `turn` must not throw. */
  readonly owner: { turn(): void | Promise<void> };
  /** null = it was idle for long. */
  actor: Ref<string> | null;
  /** On the monotonic scale. */
  idleSince: number;
  wanted: boolean;
  stopped: boolean;
}

const turnToken = 'turn';

/** So many actors are kept though they have nothing to do, and each for so many milliseconds: one takes two kilobytes. */
const usualLimits = { most: 256, ms: 2000 };
const MOST_AT_ONCE = 4;

/**
 * nact as what it is good at: FIFO turns without overlap, fair between actors. Every worker is an actor directly
 * under the nact root, but for those that were idle for long; nact never sees a message, a crash, a timer or a child.
 */
export class NactEngine {
  readonly #root: ActorSystemRef = start();
  readonly #report: (error: Error) => void;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #limits: typeof usualLimits;
  /** Who was idle first is first. */
  readonly #idle = new Set<Worker>();
  #made = 0;

  /** `report` gets what should be impossible: an error that a turn let through. */
  constructor(report: (error: Error) => void, clock: Pick<Clock, 'monotonic'>, limits = usualLimits) {
    this.#report = report;
    this.#clock = clock;
    this.#limits = limits;
  }

  worker(owner: Worker['owner']): Worker {
    return { owner, actor: null, idleSince: 0, wanted: false, stopped: false };
  }

  /** Asks for one more turn. Several calls before that turn begins are one. */
  wake(worker: Worker): void {
    if (worker.wanted || worker.stopped) return;
    worker.wanted = true;
    this.#idle.delete(worker);
    worker.actor ??= this.#spawn(worker);
    dispatch(worker.actor, turnToken);
  }

  /** No turn begins any more, whatever was asked for and will be. One that is under way cannot be interrupted. */
  dismiss(worker: Worker): void {
    worker.stopped = true;
    this.#leave(worker);
  }

  /** Every worker must have been stopped. */
  stop(): void {
    stop(this.#root);
  }

  #spawn(worker: Worker): Ref<string> {
    this.#made += 1;
    const turned = (state: null): null => {
      if (!worker.wanted && !worker.stopped) this.#rest(worker);
      return state;
    };
    const run = (state: null): null | Promise<null> => {
      worker.wanted = false;
      const done = worker.owner.turn();
      return done === undefined ? turned(state) : done.then(() => turned(state));
    };
    return spawn(this.#root, run, String(this.#made), {
      initialState: null,
      onCrash: (_token, error, context) => {
        this.#report(error ?? new Error('a turn failed'));
        return context.resume;
      },
    });
  }

  /** Some others may have rested long enough. */
  #rest(worker: Worker): void {
    worker.idleSince = Math.floor(this.#clock.monotonic());
    this.#idle.add(worker);
    let left = Math.min(MOST_AT_ONCE, this.#idle.size - this.#limits.most);
    for (const first of this.#idle) {
      if (left-- <= 0 || worker.idleSince - first.idleSince < this.#limits.ms) return;
      this.#leave(first);
    }
  }

  #leave(worker: Worker): void {
    this.#idle.delete(worker);
    if (worker.actor !== null) stop(worker.actor);
    worker.actor = null;
  }
}
