import type { MaglevError } from '../domain/errors.js';

/**
 * Where messages of type M can be sent: an actor, or, in a spec, a mocked mailbox. An address names one life of
 * one actor, never a path: after that actor has ended it stays dead, even if another one of the same name lives.
 */
export interface Address<in M> {
  /** For people only: the path of the actor behind it. */
  readonly name: string;
  /** Never blocks and never throws. False: the message was not taken (dead, or a full mailbox that rejects). */
  readonly tell: (message: M) => boolean;
}

/** The way back for the answer to one question. The first call wins; later ones return false and do nothing. */
export interface Reply<in R> {
  ok(value: R): boolean;
  fail(error: MaglevError): boolean;
}

/** The messages of Q that can be answered, without their way back. */
export type Question<Q> = Q extends { readonly type: string }
  ? 'reply' extends keyof Q
    ? Omit<Q, 'reply'>
    : never
  : never;

/** What the message of Q with this type is answered with. */
export type Answer<Q, Type> = Q extends { readonly type: Type; readonly reply?: Reply<infer R> } ? R : never;

export interface AskOptions {
  /** Any positive number; without it there is no limit, because every question is answered by itself. */
  readonly timeoutMs?: number;
}

/**
 * Asks and awaits. The question is a message without its `reply`, and the type of the answer follows from it:
 * `await ask(link, { type: 'read-conf' })` is an LbConf. Rejects with a MaglevError: the callee's own,
 * MGL_ACTOR_CRASHED, MGL_ACTOR_STOPPED (the callee ended, or whoever asks), MGL_MAILBOX_FULL or MGL_ASK_TIMEOUT.
 */
export type Ask = <Q, K extends Question<Q> & { readonly type: string }>(
  target: Address<Q>,
  question: K,
  options?: AskOptions,
) => Promise<Answer<Q, K['type']>>;
