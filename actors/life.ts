import type { Context } from './kernel/contract.js';

/** One life of an actor that is a class: what it can do, and what it was made with. */
export class Life<M, O> {
  readonly context: Context<M>;
  readonly options: O;

  constructor(context: Context<M>, options: O) {
    this.context = context;
    this.options = options;
  }
}

/** The messages of M whose type may be T. */
type OfType<M, T> = M extends { readonly type: infer U } ? (T extends U ? M : never) : never;

/** What is done with each kind of message. A promise is waited for; anything else that comes back means nothing. */
type Handlers<M extends { readonly type: string }> = {
  readonly [T in M['type']]: (message: OfType<M, T>) => unknown;
};

/** What receives messages of M: hands each to the function of its type. */
export function byType<M extends { readonly type: string }>(
  handlers: Handlers<M>,
): (message: M) => void | Promise<void> {
  const table: { readonly [type: string]: (message: never) => unknown } = handlers;
  return (message) => {
    const handled = (table[message.type] as (message: M) => unknown)(message);
    return handled instanceof Promise ? handled : undefined;
  };
}
