import { type ActorSystemRef, dispatch, type Ref, spawn, start, stop } from 'nact';
import { Fifo } from '../../domain/fifo.js';

/** Turns of one taker: never two at once. */
export interface Worker {
  /** Whose turns they are; `turn` must not throw. */
  readonly owner: { turn(): void | Promise<void> };
  /** dispatched: its turn comes with the next immediates of the event loop. */
  state: 'resting' | 'dispatched' | 'running';
  /** What takes its turn; null = it needs none now. */
  actor: Ref<Worker> | null;
  wanted: boolean;
  stopped: boolean;
}

/** Whatever is dispatched runs before the event loop looks at its sockets and timers again: others wait for the next time. */
const TURNS_AT_ONCE = 8;
/** So many of nact's actors are kept though they have nothing to do: one takes two kilobytes. */
const SPARE = 64;

/**
 * nact as what it is good at: FIFO turns without overlap, fair between actors. Every turn is one of an actor directly under
 * the nact root, which is anybody's when it is over; nact never sees a message, a crash, a timer or a child.
 */
export class NactEngine {
  readonly #root: ActorSystemRef = start();
  readonly #report: (error: Error) => void;
  readonly #waiting = new Fifo<Worker>();
  readonly #spare: Ref<Worker>[] = [];
  #dispatched = 0;
  #made = 0;

  /** `report` gets what should be impossible: an error that a turn let through. */
  constructor(report: (error: Error) => void) {
    this.#report = report;
  }

  worker(owner: Worker['owner']): Worker {
    return { owner, state: 'resting', actor: null, wanted: false, stopped: false };
  }

  /** Asks for one more turn. Several calls before that turn begins are one. */
  wake(worker: Worker): void {
    if (worker.wanted || worker.stopped) return;
    worker.wanted = true;
    if (worker.state === 'resting') this.#offer(worker);
  }

  /** No turn begins any more, whatever was asked for and will be. One that is under way cannot be interrupted. */
  dismiss(worker: Worker): void {
    worker.stopped = true;
    // It may hang for ever.
    if (worker.state === 'running' && worker.actor !== null) stop(worker.actor);
    if (worker.state === 'running') worker.actor = null;
  }

  /** Every worker must have been stopped. */
  stop(): void {
    stop(this.#root);
  }

  #offer(worker: Worker): void {
    this.#waiting.push(worker);
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#dispatched < TURNS_AT_ONCE) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#dispatched += 1;
      next.state = 'dispatched';
      next.actor = this.#spare.pop() ?? this.#spawn();
      dispatch(next.actor, next);
    }
  }

  #run(worker: Worker): void | Promise<void> {
    this.#dispatched -= 1;
    this.#dispatch();
    worker.wanted = false;
    worker.state = 'running';
    if (!worker.stopped) return worker.owner.turn();
  }

  #turned(worker: Worker): void {
    const { actor } = worker;
    worker.state = 'resting';
    worker.actor = null;
    if (actor !== null && this.#spare.length < SPARE) this.#spare.push(actor);
    else if (actor !== null) stop(actor);
    if (worker.wanted && !worker.stopped) this.#offer(worker);
  }

  #spawn(): Ref<Worker> {
    this.#made += 1;
    const run = (state: null, worker: Worker): null | Promise<null> => {
      const turned = () => {
        this.#turned(worker);
        return state;
      };
      const done = this.#run(worker);
      return done === undefined ? turned() : done.then(turned);
    };
    return spawn(this.#root, run, String(this.#made), {
      initialState: null,
      onCrash: (worker, error, context) => {
        this.#report(error ?? new Error('a turn failed'));
        if (worker !== undefined) this.#turned(worker);
        return context.resume;
      },
    });
  }
}
