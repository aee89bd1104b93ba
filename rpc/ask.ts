import type { Address, Reply } from '../protocol/address.js';

/**
 * Asks an actor and awaits its answer; `timeoutMs` bounds the wait. Rejects with a MaglevError. It is the `ask` of
 * an actor's context, passed in because this room knows no actors.
 */
export type Ask = <Q, R>(
  target: Address<Q>,
  make: (reply: Reply<R>) => Q,
  options?: { readonly timeoutMs?: number },
) => Promise<R>;

/** An Ask whose wait is already bounded, by the deadline of the call that it serves. */
export type BoundedAsk = <Q, R>(target: Address<Q>, make: (reply: Reply<R>) => Q) => Promise<R>;
