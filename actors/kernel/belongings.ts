import { setMaxListeners } from 'node:events';
import type { MaglevError } from '../../domain/errors.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import { Bag } from './bag.js';
import { IncarnationTimers } from './incarnation-timers.js';
import { askerStopped, calleeStopped, type Question } from './question.js';

/** What an incarnation holds besides its children: nothing of it outlives the incarnation. */
export class Belongings {
  /** Of messages to itself: they end when it is told to end. */
  readonly timers: IncarnationTimers;
  /** Of its own code: they live until it has ended, for stop() may need them. */
  readonly codeTimers: IncarnationTimers;
  /** Questions that it asked. */
  readonly asked = new Bag<Question>();
  /** Questions that were put to it and wait for its answer. */
  readonly unanswered = new Bag<Question>();
  /** What to call at its end, to stop watching. */
  readonly watches = new Set<Cancel>();
  readonly #path: string;
  #abort: AbortController | null = null;
  #ending = false;
  /** Why it was told to end, for those who wait for it. */
  #reason: MaglevError | null = null;

  /** `path` is the actor's, for the errors of questions that are not answered. */
  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.timers = new IncarnationTimers(clock);
    this.codeTimers = new IncarnationTimers(clock);
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

  /** The incarnation was told to end: it hears and awaits nothing more, but may answer, and has time for its stop(). */
  cutOff(reason: MaglevError | null): void {
    this.#ending = true;
    this.#reason = reason;
    this.timers.cancelAll();
    for (const unwatch of this.watches) unwatch();
    this.#failAll(this.asked, askerStopped);
    this.#abort?.abort();
  }

  /** Nothing of the incarnation acts any more: ends what it still waits for, and what others still expect of it. */
  letGo(): void {
    this.codeTimers.cancelAll();
    this.#failAll(this.unanswered, calleeStopped);
    this.#failAll(this.asked, askerStopped);
  }

  #failAll(questions: Bag<Question>, because: (path: string) => MaglevError): void {
    for (const { content } of questions.places()) content.fail(this.#reason ?? because(this.#path));
  }
}
