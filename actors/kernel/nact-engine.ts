import { type ActorSystemRef, dispatch, type Ref, spawn, start, stop } from 'nact';
import type { Clock } from '../../protocol/clock.js';
import { encodeName } from './actor-name.js';

/** What runs the turns of all incarnations. */
export interface Engine {
  /** `label` is any text, for people who look into the engine. `turn` must not throw. */
  readonly worker: (label: string, turn: () => void | Promise<void>) => Worker;
}

/** Turns of one incarnation: never two at once, each in its own turn of the event loop. */
export interface Worker {
  /** Asks for one more turn. Several calls before that turn begins are one. */
  wake(): void;
  /** No turn begins any more, whatever was asked for and will be. One that is under way cannot be interrupted. */
  stop(): void;
}

const turnToken = 'turn';

/**
 * So many workers keep their nact actor though nothing is to be done, and all of them for so many milliseconds: it takes two
 * kilobytes, and some microseconds to make.
 */
export interface IdleLimits {
  readonly most: number;
  readonly ms: number;
}

const usualLimits: IdleLimits = { most: 256, ms: 2000 };

/** So many lose theirs in one turn, at most. */
const mostAtOnce = 32;

/**
 * nact as what it is good at: FIFO turns without overlap, fair between actors. A worker that has something to do is an actor
 * directly under the nact root; nact never sees a message, a crash, a timer or a child. Of thousands of workers most have
 * nothing to do: those that were idle the longest have no actor until they are woken.
 */
export class NactEngine implements Engine {
  readonly #root: ActorSystemRef = start();
  readonly #report: (error: Error) => void;
  /** Workers with an actor, and nothing to do: who was idle first is first. */
  readonly #idle = new Set<NactWorker>();
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #limits: IdleLimits;
  #made = 0;

  /** `report` gets what should be impossible: an error that a turn let through. */
  constructor(
    report: (error: Error) => void,
    clock: Pick<Clock, 'monotonic'>,
    limits: IdleLimits = usualLimits,
  ) {
    this.#report = report;
    this.#clock = clock;
    this.#limits = limits;
  }

  worker(label: string, turn: () => void | Promise<void>): Worker {
    const worker = new NactWorker(
      () => {
        this.#made += 1;
        return spawn(
          this.#root,
          (state: null, _token: string) => {
            const done = worker.turn();
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
      },
      turn,
      { idle: this.#idle, limits: this.#limits, clock: this.#clock },
    );
    return worker;
  }

  /** Every worker must have been stopped. */
  stop(): void {
    stop(this.#root);
  }
}

/** What the workers of an engine have in common. */
interface Together {
  /** Those with an actor, and nothing to do: who was idle first is first. */
  readonly idle: Set<NactWorker>;
  readonly limits: IdleLimits;
  readonly clock: Pick<Clock, 'monotonic'>;
}

class NactWorker implements Worker {
  readonly #spawn: () => Ref<string>;
  readonly #work: () => void | Promise<void>;
  readonly #together: Together;
  #actor: Ref<string> | null = null;
  /** It was woken for a turn that has not begun. */
  #wanted = false;
  #idleSince = 0;
  #stopped = false;

  constructor(spawnActor: () => Ref<string>, work: () => void | Promise<void>, together: Together) {
    this.#spawn = spawnActor;
    this.#work = work;
    this.#together = together;
  }

  wake(): void {
    if (this.#wanted || this.#stopped) return;
    this.#wanted = true;
    this.#together.idle.delete(this);
    this.#actor ??= this.#spawn();
    dispatch(this.#actor, turnToken);
  }

  stop(): void {
    this.#stopped = true;
    this.#together.idle.delete(this);
    this.#let();
  }

  turn(): void | Promise<void> {
    this.#wanted = false;
    const done = this.#work();
    if (done === undefined) this.#turned();
    else return done.then(() => this.#turned());
  }

  #turned(): void {
    if (this.#wanted || this.#stopped) return;
    const { idle, limits, clock } = this.#together;
    const now = clock.monotonic();
    this.#idleSince = now;
    idle.add(this);
    const { most, ms } = limits;
    let some = mostAtOnce;
    for (const longest of idle) {
      if (some-- === 0 || idle.size <= most || now - longest.#idleSince < ms || longest === this) return;
      idle.delete(longest);
      longest.#let();
    }
  }

  #let(): void {
    if (this.#actor !== null) stop(this.#actor);
    this.#actor = null;
  }
}
