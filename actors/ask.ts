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

/** For callees that answer every question by themselves, at the latest when what they stand for ends. */
export const untilAnswered: AskOptions = { timeoutMs: Number.POSITIVE_INFINITY };
