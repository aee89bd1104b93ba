import { MaglevError } from '../../domain/errors.js';
import type { Reply } from '../../protocol/address.js';
import type { Cancel } from '../../protocol/clock.js';
import { isFenced } from './fence.js';

/** What the kernel needs of an open question, whatever its answer's type. */
export interface Question {
  /** The message is with an incarnation now: `open` is that incarnation's set of unanswered questions. */
  deliveredTo(open: Set<Question>): void;
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
  /** The sets that this question is a member of while it is open. */
  readonly #asked: Set<Question> | null;
  #open: Set<Question> | null = null;
  #timer: Cancel | null = null;
  #settled = false;

  /** `asked` is the set of its asker's open questions; null for an asker outside the tree. */
  constructor(asked: Set<Question> | null) {
    const { promise, resolve, reject } = withResolvers<R>();
    // The asker may have been abandoned, or may not care: an answer that nobody awaits must not end the process.
    promise.catch(() => {});
    this.answer = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#asked = asked;
    asked?.add(this);
    this.reply = {
      ok: (value) => !isFenced() && this.#succeed(value),
      fail: (error) => !isFenced() && this.fail(error),
    };
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** The timer that ends it is cancelled when it is settled. */
  endsBy(timer: Cancel): void {
    if (this.#settled) timer();
    else this.#timer = timer;
  }

  deliveredTo(open: Set<Question>): void {
    if (this.#settled) return;
    this.#open = open;
    open.add(this);
  }

  fail(error: MaglevError): boolean {
    if (!this.#settle()) return false;
    this.#reject(error);
    return true;
  }

  #succeed(value: R): boolean {
    if (!this.#settle()) return false;
    this.#resolve(value);
    return true;
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#timer?.();
    this.#asked?.delete(this);
    this.#open?.delete(this);
    return true;
  }
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

/** The message did not fit, or was pushed out by a newer one. */
export function calleeFull(name: string): MaglevError {
  return new MaglevError('MGL_MAILBOX_FULL', `the mailbox of ${name} is full`);
}

/** The asking incarnation ended, or is ending, before it had its answer. */
export function askerStopped(name: string): MaglevError {
  return new MaglevError('MGL_ACTOR_STOPPED', `${name}, which asked, was stopped`);
}

/** The question that the tell in progress carries, for the first actor that takes a message from it. */
let carried: Question | null = null;

/**
 * Runs `send` (one tell of one address) so that the actor which takes the message knows of the question in it. It
 * works through any address in between that translates the message for an actor and tells nobody else before.
 */
export function carrying<T>(question: Question, send: () => T): T {
  const before = carried;
  carried = question;
  try {
    return send();
  } finally {
    carried = before;
  }
}

/** The question that the message being told carries; only the first taker gets it. */
export function takeCarried(): Question | null {
  const question = carried;
  carried = null;
  return question;
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
