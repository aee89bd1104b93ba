import { type ActorSystemRef, dispatch, type Ref, spawn, start, stop } from 'nact';
import { Fifo } from '../../domain/fifo.js';
import type { Clock } from '../../protocol/clock.js';
import { toError } from './supervision.js';

/** Turns of one taker: never two at once. */
export interface Worker {
  /** Whose turns they are; `turn` must not throw. */
  readonly owner: { turn(): void | Promise<void> };
  /** Has it had a turn? */
  begun: boolean;
  running: boolean;
  wanted: boolean;
  stopped: boolean;
}

/** Those who wait have their turns before the event loop looks at its sockets and timers again: so many, begun within so long. */
const TURNS_A_ROUND = 32;
const ROUND_MS = 1;

/**
 * Turns without overlap, first in first out, fair between actors. They are given in rounds, and each round is one turn of
 * an actor of nact; nact never sees a message, a crash, a timer or a child.
 */
export class NactEngine {
  readonly #root: ActorSystemRef = start();
  readonly #rounds: Ref<null>;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #report: (error: Error) => void;
  readonly #waiting = new Fifo<Worker>();
  /** A round is under way, or will be with the next immediates of the event loop. */
  #awaitsRound = false;
  #stopped = false;

  /** `report` gets what should be impossible: an error that a turn let through. */
  constructor(clock: Pick<Clock, 'monotonic'>, report: (error: Error) => void) {
    this.#clock = clock;
    this.#report = report;
    // Not even reporting worked: nact would stop without a word.
    const onCrash = (_message: unknown, error?: Error): never => {
      throw error;
    };
    this.#rounds = spawn(this.#root, () => this.#round(), 'rounds', { onCrash });
  }

  worker(owner: Worker['owner']): Worker {
    return { owner, begun: false, running: false, wanted: false, stopped: false };
  }

  /** Asks for one more turn. Several calls before that turn begins are one. */
  wake(worker: Worker): void {
    if (worker.wanted || worker.stopped) return;
    worker.wanted = true;
    if (!worker.running) this.#offer(worker);
  }

  /** No turn begins any more, whatever was asked for and will be. One that is under way cannot be interrupted. */
  dismiss(worker: Worker): void {
    worker.stopped = true;
  }

  /** No turn of anybody begins any more. */
  stop(): void {
    this.#stopped = true;
    stop(this.#root);
  }

  #offer(worker: Worker): void {
    this.#waiting.push(worker);
    this.#askForRound();
  }

  #askForRound(): void {
    if (this.#awaitsRound || this.#waiting.size === 0) return;
    this.#awaitsRound = true;
    dispatch(this.#rounds, null);
  }

  #round(): null {
    const { monotonic } = this.#clock;
    const end = monotonic() + ROUND_MS;
    for (let turns = 0; turns < TURNS_A_ROUND && !this.#stopped; turns++) {
      const next = this.#waiting.shift();
      // Promises are settled between rounds: what fails as soon as it has begun gets no further than that.
      if (next === undefined || this.#turn(next) || monotonic() >= end) break;
    }
    this.#awaitsRound = false;
    this.#askForRound();
    return null;
  }

  /** One that lasts holds up nobody else. True: it was the first, and lasts. */
  #turn(worker: Worker): boolean {
    const { begun, stopped } = worker;
    worker.wanted = false;
    if (stopped) return false;
    worker.begun = true;
    worker.running = true;
    let lasting: Promise<void> | null = null;
    try {
      lasting = worker.owner.turn() ?? null;
    } catch (thrown) {
      this.#report(toError(thrown));
    }
    if (lasting === null) this.#turned(worker);
    else lasting.catch((thrown: unknown) => this.#report(toError(thrown))).then(() => this.#turned(worker));
    return lasting !== null && !begun;
  }

  #turned(worker: Worker): void {
    worker.running = false;
    if (worker.wanted && !worker.stopped) this.#offer(worker);
  }
}
