/** Keeps what an actor is told, for a spec that answers by hand. */
export interface Inbox<M> {
  readonly receive: (message: M) => void;
  /** How many came so far. */
  readonly count: () => number;
  /** The next message that was not taken yet, as soon as there is one. */
  readonly take: () => Promise<M>;
}

export function inbox<M>(): Inbox<M> {
  const waiting: M[] = [];
  const takers: ((message: M) => void)[] = [];
  let count = 0;
  return {
    count: () => count,
    receive: (message) => {
      count++;
      const taker = takers.shift();
      if (taker === undefined) waiting.push(message);
      else taker(message);
    },
    take: () =>
      new Promise((resolve) => {
        const [first] = waiting.splice(0, 1);
        if (first === undefined) takers.push(resolve);
        else resolve(first);
      }),
  };
}
