import { MaglevError } from '../../domain/errors.js';
import type { Reply } from '../../protocol/address.js';
import type { Cancel } from '../../protocol/clock.js';
import type { Bag, Place } from './bag.js';
import { isFenced } from './fence.js';

/** What the kernel needs of an open question, whatever its answer's type. */
export interface Question {
  /** The message is with an incarnation now, and no other: `open` has that incarnation's unanswered questions. */
  deliveredTo(open: Bag<Question>): void;
  /** Ends it without an answer. The first end wins; false if it had ended before. */
  fail(error: MaglevError): boolean;
}

/**
 * A question with its one answer. Whoever comes first settles it: the callee, the timeout, the end of either side.
 */
export class PendingQuestion<R> implements Question {
  readonly answer: Promise<R>;
  readonly reply: Reply<R>;
  readonly #resolve: (value: R) => void;
  readonly #reject: (error: MaglevError) => void;
  /** Where this question lies while it is open: with its asker, and with who is to answer it. */
  readonly #asked: Bag<Question> | null;
  readonly #askedAt: Place<Question> | null;
  #open: Bag<Question> | null = null;
  #openAt: Place<Question> | null = null;
  #timer: Cancel | null = null;
  #settled = false;

  /** `asked` has the open questions of its asker; null for an asker outside the tree. */
  constructor(asked: Bag<Question> | null) {
    const { promise, resolve, reject } = withResolvers<R>();
    // The asker may have been abandoned, or may not care: an answer that nobody awaits must not end the process.
    promise.catch(() => {});
    this.answer = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#asked = asked;
    this.#askedAt = asked?.add(this) ?? null;
    this.reply = new WayBack(this);
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** The timer that ends it is cancelled when it is settled. */
  endsBy(timer: Cancel): void {
    if (this.#settled) timer();
    else this.#timer = timer;
  }

  deliveredTo(open: Bag<Question>): void {
    if (this.#settled) return;
    if (this.#openAt !== null) this.#open?.takeOut(this.#openAt);
    this.#open = open;
    this.#openAt = open.add(this);
  }

  fail(error: MaglevError): boolean {
    if (!this.#settle()) return false;
    this.#reject(error);
    return true;
  }

  succeed(value: R): boolean {
    if (!this.#settle()) return false;
    this.#resolve(value);
    return true;
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#timer?.();
    if (this.#askedAt !== null) this.#asked?.takeOut(this.#askedAt);
    if (this.#openAt !== null) this.#open?.takeOut(this.#openAt);
    return true;
  }
}

/** The `reply` of the message of a question. Whoever takes that message can find the question by it. */
class WayBack<R> implements Reply<R> {
  readonly #question: PendingQuestion<R>;

  constructor(question: PendingQuestion<R>) {
    this.#question = question;
  }

  readonly ok = (value: R): boolean => !isFenced() && this.#question.succeed(value);

  readonly fail = (error: MaglevError): boolean => !isFenced() && this.#question.fail(error);

  static questionOf(reply: unknown): Question | null {
    return reply instanceof WayBack ? reply.#question : null;
  }
}

/** The question that `message` puts to whoever takes it; null when it is none of ours. */
export function questionIn(message: unknown): Question | null {
  if (typeof message !== 'object' || message === null || !('reply' in message)) return null;
  return WayBack.questionOf(message.reply);
}

/** The callee ended, or is ending, before it answered. */
export function calleeStopped(name: string): MaglevError {
  return new MaglevError('MGL_ACTOR_STOPPED', `${name} ended before it answered`);
}

/** The callee failed on this very message. */
export function calleeCrashed(name: string, error: Error): MaglevError {
  return new MaglevError('MGL_ACTOR_CRASHED', `${name} failed on the request: ${error.message}`, {
    cause: error,
  });
}

/** The message did not fit. */
export function calleeFull(name: string): MaglevError {
  return new MaglevError('MGL_MAILBOX_FULL', `the mailbox of ${name} is full`);
}

/** The asking incarnation ended, or is ending, before it had its answer. */
export function askerStopped(name: string): MaglevError {
  return new MaglevError('MGL_ACTOR_STOPPED', `${name}, which asked, was stopped`);
}

function withResolvers<R>(): {
  promise: Promise<R>;
  resolve: (value: R) => void;
  reject: (error: MaglevError) => void;
} {
  let resolve: (value: R) => void = () => {};
  let reject: (error: MaglevError) => void = () => {};
  const promise = new Promise<R>((onOk, onError) => {
    resolve = onOk;
    reject = onError;
  });
  return { promise, resolve, reject };
}
