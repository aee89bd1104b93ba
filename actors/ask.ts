import type { Address, Answer, AskOptions, Question, Reply } from '../protocol/address.js';
import type { Context } from './kernel/contract.js';

export function ask<Q, K extends Question<Q> & { readonly type: string }>(
  context: Pick<Context<never>, 'ask'>,
  target: Address<Q>,
  question: K,
  options?: AskOptions,
): Promise<Answer<Q, K['type']>> {
  return context.ask(target, question, options);
}

export function relay<Q, K extends Question<Q> & { readonly type: string }>(
  context: Pick<Context<never>, 'relay'>,
  target: Address<Q>,
  question: K,
  reply: Reply<Answer<Q, K['type']>>,
): void {
  context.relay(target, question, reply);
}

export const untilAnswered: AskOptions = {};
