import type { MaglevError } from '../domain/errors.js';

/**
 * Where messages of type M can be sent: an actor, or, in a spec, a mocked mailbox. An address names one life of
 * one actor, never a path: after that actor has ended it stays dead, even if another one of the same name lives.
 */
export interface Address<in M> {
  /** For people only: the path of the actor behind it. */
  readonly name: string;
  /** Never blocks and never throws. False: the message was not taken (dead, or a full mailbox that rejects). */
  readonly tell: (message: M) => boolean;
}

/** The way back for the answer to one question. The first call wins; later ones return false and do nothing. */
export interface Reply<in R> {
  readonly ok: (value: R) => boolean;
  readonly fail: (error: MaglevError) => boolean;
}
