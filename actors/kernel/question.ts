import { asMaglevError, MaglevError } from '../../domain/errors.js';
import type { Address, Answer, AskOptions, Question as QuestionOf, Reply } from '../../protocol/address.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { Bag, Place } from './bag.js';

/** An incarnation has questions that it asked, and those that were put to it and wait for its answer. */
export type HeldAs = 'asked' | 'unanswered';
type Questions = Pick<Bag<HeldAs, Question>, 'add' | 'takeOut'>;

/** What the kernel needs of an open question, whatever its answer's type. */
export interface Question {
  /** The message is with an incarnation now, and no other: `open` is what that one has. */
  deliveredTo(open: Questions): void;
  /** Ends it without an answer, unless it has ended before. */
  end(error: MaglevError): void;
}

const nothing = (): void => {};

/**
 * A question with its one answer. Whoever comes first settles it: the callee, the timeout, the end of either side. It is
 * the `reply` of its message: whoever takes that can find the question by it.
 */
export class PendingQuestion<R> implements Question, Reply<R> {
  readonly answer: Promise<R>;
  #resolve: (value: R) => void = nothing;
  #reject: (error: MaglevError) => void = nothing;
  /** Where this question lies while it is open: with its asker, and with who is to answer it. */
  readonly #asked: Questions | null;
  readonly #askedAt: Place | null;
  #open: Questions | null = null;
  #openAt: Place | null = null;
  #timer: Cancel | null = null;
  #settled = false;

  /** `asked` has what its asker holds; null for an asker outside the tree. */
  constructor(asked: Questions | null) {
    this.answer = new Promise<R>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // The asker may have been abandoned, or may not care: an answer that nobody awaits must not end the process.
    this.answer.catch(nothing);
    this.#asked = asked;
    this.#askedAt = asked?.add('asked', this) ?? null;
  }

  ok(value: R): boolean {
    if (!this.#settle()) return false;
    this.#resolve(value);
    return true;
  }

  fail(error: MaglevError): boolean {
    return this.end(error);
  }

  end(error: MaglevError): boolean {
    if (!this.#settle()) return false;
    this.#reject(error);
    return true;
  }

  /** What `begin` sets going ends it, and is cancelled when it is settled. */
  endsBy(begin: () => Cancel): void {
    if (!this.#settled) this.#timer = begin();
  }

  deliveredTo(open: Questions): void {
    if (this.#settled) return;
    if (this.#openAt !== null) this.#open?.takeOut(this.#openAt);
    this.#open = open;
    this.#openAt = open.add('unanswered', this);
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

/** The question that `message` puts to whoever takes it; null when it is none of ours. */
export function questionIn(message: unknown): Question | null {
  if (typeof message !== 'object' || message === null || !('reply' in message)) return null;
  return message.reply instanceof PendingQuestion ? message.reply : null;
}

/**
 * Asks `target` and returns its answer. `asked` collects what one asker holds, who can end it all.
 * Rejects with a MaglevError, always; never throws.
 */
export function ask<Q, K extends QuestionOf<Q> & { readonly type: string }>(
  clock: Clock,
  asked: Questions | null,
  target: Address<Q>,
  question: K,
  { timeoutMs = Number.POSITIVE_INFINITY }: AskOptions = {},
): Promise<Answer<Q, K['type']>> {
  const reply = new PendingQuestion<Answer<Q, K['type']>>(asked);
  const end = (code: 'MGL_INTERNAL' | 'MGL_ASK_TIMEOUT', text: string) =>
    reply.end(new MaglevError(code, text));
  if (!(timeoutMs > 0)) {
    end('MGL_INTERNAL', `an ask of ${target.name} with the timeout ${timeoutMs}`);
    return reply.answer;
  }
  try {
    // An actor that refuses says why by failing the question; any other address only returns false.
    // With its reply the question is a message: what Question<Q> left out is put back.
    const message = Object.assign({}, question, { reply });
    if (!(target as Address<unknown>).tell(message)) reply.end(calleeStopped(target.name));
  } catch (thrown) {
    reply.end(asMaglevError(thrown));
  }
  if (timeoutMs < Number.POSITIVE_INFINITY) {
    const late = `${target.name} did not answer within ${Math.ceil(timeoutMs)} ms`;
    reply.endsBy(() => clock.schedule(timeoutMs, () => end('MGL_ASK_TIMEOUT', late)));
  }
  return reply.answer;
}

/** Answers a question with what comes of a promise, whether or not the actor handles other messages meanwhile. */
export function answerWith<R>(promise: Promise<R>, reply: Reply<R>): void {
  promise.then(
    (value) => reply.ok(value),
    (thrown: unknown) => reply.fail(asMaglevError(thrown)),
  );
}

/** Answers a question with what was found, or with why nothing was. */
export function settle<R>(reply: Reply<R>, outcome: R | MaglevError): void {
  if (outcome instanceof MaglevError) reply.fail(outcome);
  else reply.ok(outcome);
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
