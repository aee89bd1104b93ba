import { type ActorSystemRef, dispatch, type Ref, spawn, start, stop } from 'nact';
import { encodeName } from './actor-name.js';

/** What runs the turns of all incarnations. */
export interface Engine {
  /** `label` is any text, for people who look into the engine. `turn` must not throw. */
  readonly worker: (label: string, turn: () => void | Promise<void>) => Worker;
}

/** Turns of one incarnation: never two at once, each in its own turn of the event loop. */
export interface Worker {
  /** Asks for one more turn. Several calls before that turn begins are one. */
  readonly wake: () => void;
  /** No turn begins any more, whatever was asked for and will be. One that is under way cannot be interrupted. */
  readonly stop: () => void;
}

const turnToken = 'turn';

/**
 * nact as what it is good at: FIFO turns without overlap, fair between actors. Every worker is an actor directly
 * under the nact root; nact never sees a message, a crash, a timer or a child.
 */
export class NactEngine implements Engine {
  readonly #root: ActorSystemRef = start();
  readonly #report: (error: Error) => void;
  #made = 0;

  /** `report` gets what should be impossible: an error that a turn let through. */
  constructor(report: (error: Error) => void) {
    this.#report = report;
  }

  worker(label: string, turn: () => void | Promise<void>): Worker {
    this.#made += 1;
    let wanted = false;
    const actor: Ref<string> = spawn(
      this.#root,
      (state: null, _token: string) => {
        wanted = false;
        const done = turn();
        return done === undefined ? state : done.then(() => state);
      },
      `${this.#made}-${encodeName(label)}`,
      {
        initialState: null,
        onCrash: (_token, error, context) => {
          this.#report(error ?? new Error('a turn failed'));
          return context.resume;
        },
      },
    );
    return {
      wake: () => {
        if (wanted) return;
        wanted = true;
        dispatch(actor, turnToken);
      },
      stop: () => stop(actor),
    };
  }

  /** Every worker must have been stopped. */
  stop(): void {
    stop(this.#root);
  }
}
