import { inspect } from 'node:util';
import type { MaglevError } from '../../domain/errors.js';
import type { RestartType, Supervision } from './contract.js';

/** How an actor supervises its children unless it says otherwise. */
export const defaultSupervision: Supervision = {
  strategy: 'one-for-one',
  intensity: { restarts: 3, withinMs: 5000 },
  backoff: { minMs: 50, maxMs: 1000, jitter: 0.1 },
};

/** Why an incarnation ended. */
export type Cause =
  /** Its supervisor told it to; `reason` is for those who wait for its answers. */
  | { readonly kind: 'stopped'; readonly error: null; readonly reason: MaglevError | null }
  /** It ended itself, content. */
  | { readonly kind: 'finished'; readonly error: null }
  | { readonly kind: 'crashed'; readonly error: Error }
  /** Its children failed too often. */
  | { readonly kind: 'escalated'; readonly error: Error };

export const finished: Cause = { kind: 'finished', error: null };

/** Is an actor that ended of its own accord started again? */
export function isRestarted(restart: RestartType, cause: Cause): boolean {
  switch (restart) {
    case 'permanent':
      return cause.kind !== 'stopped';
    case 'transient':
      return cause.kind === 'crashed' || cause.kind === 'escalated';
    case 'temporary':
      return false;
  }
}

/**
 * Is an actor that ended together with a sibling, for the sibling's restart, started again with it? A temporary one
 * never is, and a transient one is not if it had just finished its work.
 */
export function isRestartedWithSibling(restart: RestartType, cause: Cause): boolean {
  return restart === 'permanent' || (restart === 'transient' && cause.kind !== 'finished');
}

/** The sliding window of a supervisor's restarts: at most `restarts` in any `withinMs`. */
export class RestartIntensity {
  readonly #limit: Supervision['intensity'];
  /** When the restarts of the window were, oldest first; never more than the limit and one. */
  #moments: number[] = [];

  constructor(limit: Supervision['intensity']) {
    this.#limit = limit;
  }

  /** Counts one more restart at `now` (monotonic milliseconds). False: it is one too many. */
  admit(now: number): boolean {
    const { restarts, withinMs } = this.#limit;
    if (restarts === Number.POSITIVE_INFINITY) return true;
    this.#moments = this.#moments.filter((moment) => now - moment <= withinMs);
    if (this.#moments.length >= restarts) return false;
    this.#moments.push(now);
    return true;
  }
}

/** Anything thrown, as an Error: itself if it is one. Never throws. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  if (typeof thrown === 'string') return new Error(thrown);
  try {
    return new Error(`not an Error was thrown: ${inspect(thrown)}`);
  } catch {
    return new Error(`not an Error was thrown, but ${typeof thrown} that cannot be shown`);
  }
}
