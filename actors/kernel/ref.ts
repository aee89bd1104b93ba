import type { ActorRef, AnyRef } from './contract.js';
import type { Child } from './family.js';

let lastId = 0;

/** A ref that the kernel made. Only the kernel can see whom it leads to, and nobody can forge one. */
export class Ref<in M> implements ActorRef<M> {
  readonly id = ++lastId;
  readonly #actor: Child & Pick<ActorRef<M>, 'tell'>;

  constructor(actor: Child & Pick<ActorRef<M>, 'tell'>) {
    this.#actor = actor;
    Object.freeze(this);
  }

  get name(): string {
    return this.#actor.path;
  }

  tell(message: M): boolean {
    return this.#actor.tell(message);
  }

  /** TypeError for a ref that the kernel did not make. */
  static actorBehind(ref: AnyRef): Child {
    if (!(ref instanceof Ref)) throw new TypeError(`${ref.name} is not an actor of the kernel`);
    return ref.#actor;
  }
}
