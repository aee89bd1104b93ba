import { setMaxListeners } from 'node:events';
import type { MaglevError } from '../../domain/errors.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import { Bag } from './bag.js';
import { askerStopped, calleeStopped, type Question } from './question.js';

/** What will do something by itself until it is stopped. */
interface Pending {
  stop: Cancel;
}

/** What an incarnation holds besides its children: nothing of it outlives the incarnation. */
export class Belongings {
  /** Timers and watches that send messages to itself: they end when it is told to end. */
  readonly senders = new Bag<Pending>();
  /** Timers of its own code: they live until it has ended, for stop() may need them. */
  readonly codeTimers = new Bag<Pending>();
  /** Questions that it asked. */
  readonly asked = new Bag<Question>();
  /** Questions that were put to it and wait for its answer. */
  readonly unanswered = new Bag<Question>();
  readonly #path: string;
  readonly #clock: Clock;
  #abort: AbortController | null = null;
  #ending = false;
  /** Why it was told to end, for those who wait for it. */
  #reason: MaglevError | null = null;

  /** `path` is the actor's, for the errors of questions that are not answered. */
  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** Aborted when the incarnation is told to end. */
  get signal(): AbortSignal {
    if (this.#abort === null) {
      this.#abort = new AbortController();
      // It is meant to be listened to by everything that the incarnation does at once: Node must not warn of that.
      setMaxListeners(0, this.#abort.signal);
      if (this.#ending) this.#abort.abort();
    }
    return this.#abort.signal;
  }

  /** Runs `run` after `ms` milliseconds; never when they are Infinity. */
  after(kept: Bag<Pending>, ms: number, run: () => void): Cancel {
    const timer: Pending = { stop: () => {} };
    const place = kept.add(timer);
    timer.stop = this.#clock.schedule(ms, () => {
      kept.takeOut(place);
      run();
    });
    return () => {
      kept.takeOut(place);
      timer.stop();
    };
  }

  /**
   * Runs `run` every `ms` milliseconds. The beats do not drift; those that a busy process missed are left out, never
   * made up for in a burst.
   */
  every(ms: number, run: () => void): Cancel {
    if (!(ms > 0))
      throw new RangeError(`a repeated timer needs a positive number of milliseconds, not ${ms}`);
    let due = this.#clock.monotonic();
    let cancelNext: Cancel = () => {};
    const next = (): void => {
      const now = this.#clock.monotonic();
      due = due + ms > now ? due + ms : now + ms;
      cancelNext = this.after(this.senders, due - now, () => {
        next();
        run();
      });
    };
    next();
    return () => cancelNext();
  }

  /** The incarnation was told to end: it hears and awaits nothing more, but may answer, and has time for its stop(). */
  cutOff(reason: MaglevError | null): void {
    this.#ending = true;
    this.#reason = reason;
    for (const { stop } of this.senders.empty()) stop();
    this.#failAll(this.asked, askerStopped);
    this.#abort?.abort();
  }

  /** Nothing of the incarnation acts any more: ends what it still waits for, and what others still expect of it. */
  letGo(): void {
    for (const { stop } of this.codeTimers.empty()) stop();
    this.#failAll(this.unanswered, calleeStopped);
    this.#failAll(this.asked, askerStopped);
  }

  #failAll(questions: Bag<Question>, because: (path: string) => MaglevError): void {
    for (const question of questions.empty()) question.end(this.#reason ?? because(this.#path));
  }
}
