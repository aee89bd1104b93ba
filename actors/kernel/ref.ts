import type { ActorRef, AnyRef } from './contract.js';
import type { Child } from './family.js';

let lastId = 0;

/** A ref that the kernel made. Only the kernel can see whom it leads to, and nobody can forge one. */
export class Ref<in M> implements ActorRef<M> {
  readonly id = ++lastId;
  readonly name: string;
  readonly tell: (message: M) => boolean;
  readonly #actor: Child;

  constructor(actor: Child, tell: (message: M) => boolean) {
    this.name = actor.path;
    this.tell = tell;
    this.#actor = actor;
    Object.freeze(this);
  }

  /** TypeError for a ref that the kernel did not make. */
  static actorBehind(ref: AnyRef): Child {
    if (!(ref instanceof Ref)) throw new TypeError(`${ref.name} is not an actor of the kernel`);
    return ref.#actor;
  }
}
