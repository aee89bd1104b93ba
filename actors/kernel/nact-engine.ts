import { type ActorSystemRef, dispatch, type Ref, spawn, start, stop } from 'nact';
import type { Clock } from '../../protocol/clock.js';
import { encodeName } from './actor-name.js';

/** Turns of one incarnation: never two at once, each in its own turn of the event loop. */
export interface Worker {
  /** Asks for one more turn. Several calls before that turn begins are one. */
  readonly wake: () => void;
  /** No turn begins any more, whatever was asked for and will be. One that is under way cannot be interrupted. */
  readonly stop: () => void;
}

const turnToken = 'turn';

/** A nact actor of a worker, if it has one, and since when it has had nothing to do. */
interface Place {
  actor: Ref<string> | null;
  idleSince: number;
}

/** So many actors are kept though they have nothing to do, and each for so many milliseconds: one takes two kilobytes. */
const usualLimits = { most: 256, ms: 2000 };
const MOST_AT_ONCE = 32;

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
  readonly #idle = new Set<Place>();
  #made = 0;

  /** `report` gets what should be impossible: an error that a turn let through. */
  constructor(report: (error: Error) => void, clock: Pick<Clock, 'monotonic'>, limits = usualLimits) {
    this.#report = report;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** `label` is any text, for people who look into the engine. `turn` must not throw. */
  worker(label: string, turn: () => void | Promise<void>): Worker {
    const place: Place = { actor: null, idleSince: 0 };
    let wanted = false;
    let stopped = false;
    const turned = (state: null): null => {
      if (!wanted && !stopped) this.#rest(place);
      return state;
    };
    const run = (state: null): null | Promise<null> => {
      wanted = false;
      const done = turn();
      return done === undefined ? turned(state) : done.then(() => turned(state));
    };
    return {
      wake: () => {
        if (wanted || stopped) return;
        wanted = true;
        this.#idle.delete(place);
        place.actor ??= this.#spawn(label, run);
        dispatch(place.actor, turnToken);
      },
      stop: () => {
        stopped = true;
        this.#leave(place);
      },
    };
  }

  /** Every worker must have been stopped. */
  stop(): void {
    stop(this.#root);
  }

  #spawn(label: string, run: (state: null) => null | Promise<null>): Ref<string> {
    this.#made += 1;
    return spawn(this.#root, run, `${this.#made}-${encodeName(label)}`, {
      initialState: null,
      onCrash: (_token, error, context) => {
        this.#report(error ?? new Error('a turn failed'));
        return context.resume;
      },
    });
  }

  /** Some others may have rested long enough. */
  #rest(place: Place): void {
    place.idleSince = this.#clock.monotonic();
    this.#idle.add(place);
    let left = Math.min(MOST_AT_ONCE, this.#idle.size - this.#limits.most);
    for (const first of this.#idle) {
      if (left-- <= 0 || place.idleSince - first.idleSince < this.#limits.ms) return;
      this.#leave(first);
    }
  }

  #leave(place: Place): void {
    this.#idle.delete(place);
    if (place.actor !== null) stop(place.actor);
    place.actor = null;
  }
}
