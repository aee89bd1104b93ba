import { setMaxListeners } from 'node:events';
import type { MaglevError } from '../../domain/errors.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import { Bag } from './bag.js';
import { askerStopped, calleeStopped, type HeldAs, type Question } from './question.js';

/**
 * What an incarnation holds besides its children: nothing of it outlives the incarnation. Timers and watches that send it
 * messages (`sender`) end when it is told to end; timers of its `code` when it has ended, for stop() may need them.
 */
export class Belongings extends Bag<HeldAs | 'sender' | 'code', { end: Cancel } | Question> {
  readonly #owner: { readonly path: string };
  readonly #clock: Clock;
  #abort: AbortController | null = null;
  #ending = false;
  /** Why it was told to end, for those who wait for it. */
  #reason: MaglevError | null = null;

  /** `owner` is the actor, for the errors of questions that are not answered. */
  constructor(owner: { readonly path: string }, clock: Clock) {
    super();
    this.#owner = owner;
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
  after(kind: 'sender' | 'code', ms: number, run: () => void): Cancel {
    const timer: { end: Cancel } = { end: () => {} };
    const place = this.add(kind, timer);
    timer.end = this.#clock.schedule(ms, () => {
      this.takeOut(place);
      run();
    });
    return () => {
      this.takeOut(place);
      timer.end();
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
      cancelNext = this.after('sender', due - now, () => {
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
    this.#endAll('sender', askerStopped);
    this.#endAll('asked', askerStopped);
    this.#abort?.abort();
  }

  /** Nothing of the incarnation acts any more: ends what it still waits for, and what others still expect of it. */
  letGo(): void {
    this.#endAll('code', askerStopped);
    this.#endAll('unanswered', calleeStopped);
    this.#endAll('asked', askerStopped);
  }

  #endAll(kind: HeldAs | 'sender' | 'code', because: (path: string) => MaglevError): void {
    for (const held of this.empty(kind)) held.end(this.#reason ?? because(this.#owner.path));
  }
}
