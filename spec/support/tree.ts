import type { ActorRef, ActorSpec, ActorSystem } from '../../actors/kernel/contract.js';
import { createActorSystem } from '../../actors/kernel/system.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import type { Address, Ask, AskOptions, Reply } from '../../protocol/address.js';
import { recordingLog } from './recording-log.js';

/** A system on virtual time in which a spec runs one actor and what it spawns. */
export class Tree {
  readonly clock = new VirtualClock();
  readonly log = recordingLog();
  readonly system: ActorSystem = createActorSystem({ clock: this.clock, log: this.log });

  start<M>(spec: ActorSpec<M>): ActorRef<M> {
    return this.system.start(spec);
  }

  /** Stops the tree; everything has ended when this resolves. */
  async end(): Promise<void> {
    const stopped = this.system.stop();
    await this.clock.advance(60_000);
    await stopped;
  }
}

/** A mailbox that answers each message as `answer` does; it keeps all messages. */
export function answering<M>(
  name: string,
  answer: (message: M) => void,
): Address<M> & { readonly received: M[] } {
  const received: M[] = [];
  return {
    name,
    received,
    tell: (message) => {
      received.push(message);
      // Never in the asker's own turn: a real mailbox is not that quick either.
      queueMicrotask(() => answer(message));
      return true;
    },
  };
}

/** Asks with the message that `make` puts the reply into: for specs that ask for many things in one way. */
export function askBy<Q, R>(
  { ask }: { readonly ask: Ask },
  target: Address<Q>,
  make: (reply: Reply<R>) => Q,
  options?: AskOptions,
): Promise<R> {
  const way: Address<{ readonly type: 'asked'; readonly reply: Reply<R> }> = {
    name: target.name,
    tell: ({ reply }) => target.tell(make(reply)),
  };
  return ask(way, { type: 'asked' }, options);
}
