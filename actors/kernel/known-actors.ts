import type { Cancel } from '../../protocol/clock.js';
import type { ActorEnd, AnyRef } from './contract.js';
import type { Child } from './family.js';

/** What the kernel can do with an actor of which it has the ref only. */
export interface KnownActor extends Child {
  hasEnded(): boolean;
  /** Calls `listener` once, when the actor ends for good; at once if it has. */
  onEnd(listener: (end: ActorEnd) => void): Cancel;
}

const known = new WeakMap<AnyRef, KnownActor>();

/** Makes `actor` known by its ref: by the object itself, which nobody can forge. */
export function makeKnown(ref: AnyRef, actor: KnownActor): void {
  known.set(ref, actor);
}

/** TypeError for a ref that the kernel did not make. */
export function actorBehind(ref: AnyRef): KnownActor {
  const actor = known.get(ref);
  if (actor === undefined) throw new TypeError(`${ref.name} is not an actor of the kernel`);
  return actor;
}
