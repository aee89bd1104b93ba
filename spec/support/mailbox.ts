import type { Address } from '../../protocol/address.js';

/** A mailbox without an actor behind it: a spec reads what was sent to it, and answers it. */
export interface MockMailbox<M> extends Address<M> {
  /** Everything that was ever taken, oldest first. */
  readonly received: readonly M[];
  /** The oldest message that was neither taken nor awaited yet; throws when there is none. */
  readonly take: () => M;
  /** Like take(), and throws unless the message is of that type. */
  readonly takeOf: <T extends TypeOf<M>>(type: T) => Extract<M, { readonly type: T }>;
  /** All messages that were neither taken nor awaited yet. */
  readonly takeAll: () => M[];
  /** Like take(), but waits for a message. */
  readonly next: () => Promise<M>;
  /** Messages that were neither taken nor awaited yet. */
  readonly waiting: () => number;
  /** From now on every tell is refused, as by an actor that has ended. */
  readonly close: () => void;
}

type TypeOf<M> = M extends { readonly type: infer T } ? T : never;

export function mailbox<M>(name: string): MockMailbox<M> {
  const received: M[] = [];
  const awaiting: ((message: M) => void)[] = [];
  let queue: M[] = [];
  let closed = false;

  const take = (): M => {
    const [message] = queue;
    if (message === undefined) throw new Error(`${name} got no (further) message`);
    queue = queue.slice(1);
    return message;
  };

  return {
    name,
    received,
    tell: (message) => {
      if (closed) return false;
      received.push(message);
      const waiter = awaiting.shift();
      if (waiter === undefined) queue.push(message);
      else waiter(message);
      return true;
    },
    take,
    takeOf: <T extends TypeOf<M>>(type: T) => {
      const message = take();
      if (!isOfType<M, T>(message, type)) {
        throw new Error(`${name} got ${JSON.stringify(message)} where ${String(type)} was expected`);
      }
      return message;
    },
    takeAll: () => {
      const all = queue;
      queue = [];
      return all;
    },
    next: () =>
      queue.length > 0
        ? Promise.resolve(take())
        : new Promise((resolve) => {
            awaiting.push(resolve);
          }),
    waiting: () => queue.length,
    close: () => {
      closed = true;
    },
  };
}

function isOfType<M, T>(message: M, type: T): message is Extract<M, { readonly type: T }> {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === type;
}
