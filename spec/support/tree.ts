import type { ActorRef, ActorSpec, ActorSystem } from '../../actors/kernel/contract.js';
import { createActorSystem } from '../../actors/kernel/system.js';
import { VirtualClock } from '../../actors/kernel/virtual-clock.js';
import type { Address } from '../../protocol/address.js';
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
