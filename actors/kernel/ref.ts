import type { Cancel } from '../../protocol/clock.js';
import type { ActorEnd, ActorRef, AnyRef } from './contract.js';
import type { Child } from './family.js';

/** What the kernel can do with an actor of which it has the ref only. */
export interface KnownActor extends Child {
  hasEnded(): boolean;
  /** Calls `listener` once, when the actor ends for good; at once if it has. */
  onEnd(listener: (end: ActorEnd) => void): Cancel;
}

/** A ref that the kernel made. Only the kernel can see whom it leads to, and nobody can forge one. */
export class Ref<in M> implements ActorRef<M> {
  readonly id: number;
  readonly name: string;
  readonly tell: (message: M) => boolean;
  readonly #actor: KnownActor;

  constructor(id: number, actor: KnownActor, tell: (message: M) => boolean) {
    this.id = id;
    this.name = actor.path;
    this.tell = tell;
    this.#actor = actor;
    Object.freeze(this);
  }

  /** TypeError for a ref that the kernel did not make. */
  static actorBehind(ref: AnyRef): KnownActor {
    if (!(ref instanceof Ref)) throw new TypeError(`${ref.name} is not an actor of the kernel`);
    return ref.#actor;
  }
}
