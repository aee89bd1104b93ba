import { asMaglevError } from '../domain/errors.js';
import type { Address, Reply } from '../protocol/address.js';
import type { AskOptions, Context } from './kernel/contract.js';

/** The messages of Q that want an answer, without their way back. */
type Question<Q> = Q extends { readonly type: string; readonly reply: Reply<never> }
  ? Omit<Q, 'reply'>
  : never;

/** What the message of Q with this type is answered with. */
type Answer<Q, Type> = Q extends { readonly type: Type; readonly reply: Reply<infer R> } ? R : never;

/**
 * Context.ask in its everyday form: the question is written as a message without `reply`, and the type of the answer
 * follows from it. `await ask(context, link, { type: 'read-conf' })` is an LbConf. Rejects as Context.ask does.
 */
export function ask<Q, K extends Question<Q> & { readonly type: string }>(
  context: Pick<Context<never>, 'ask'>,
  target: Address<Q>,
  question: K,
  options?: AskOptions,
): Promise<Answer<Q, K['type']>> {
  type R = Answer<Q, K['type']>;
  return context.ask<unknown, R>(target as Address<unknown>, (reply) => ({ ...question, reply }), options);
}

/**
 * Passes a question on, and its answer back. Unlike a message that is merely told on, with its reply in it, this one
 * is answered also when the callee crashes or ends. Does not wait.
 */
export function relay<Q, K extends Question<Q> & { readonly type: string }>(
  context: Pick<Context<never>, 'ask'>,
  target: Address<Q>,
  question: K,
  reply: Reply<Answer<Q, K['type']>>,
): void {
  ask(context, target, question, untilAnswered).then(
    (value) => reply.ok(value),
    (error: unknown) => reply.fail(asMaglevError(error)),
  );
}

/** For callees that answer every question by themselves, at the latest when what they stand for ends. */
export const untilAnswered: AskOptions = { timeoutMs: Number.POSITIVE_INFINITY };
