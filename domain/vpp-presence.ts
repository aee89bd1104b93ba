import { type Applied, notApplied } from './applied.js';
import { type ErrorCode, MaglevError } from './errors.js';
import type { MaglevEvent } from './events.js';
import { DeathPause, type WritesUnderWay } from './repeated-death.js';
import type { VppCondition } from './standings.js';

/** Reasons for which waiting does not help: their own advice is better than that of any disconnect. */
const speaking: ReadonlySet<ErrorCode> = new Set(['MGL_VPP_INCOMPATIBLE', 'MGL_VPP_GOVERNED']);

/** A moment on the wall clock, milliseconds since the epoch, and the same on the monotonic one. */
interface Now {
  readonly at: number;
  readonly monotonic: number;
}

/** The connection to VPP, as far as it matters to others. */
export interface Presence {
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  /** Is there a session, which governs it? */
  readonly governed: boolean;
}

/** Between two connections that are given up because of VPP's stats segment, whatever becomes of it. */
const STATS_DROP_GAP_MS = 600_000;

/** Is VPP there, and is it governed; and if not, why, in words for whoever asks for it. null is a VPP that is not there. */
export class VppPresence {
  readonly #pause = new DeathPause();
  /** Since when VPP is not connected, milliseconds since the epoch. */
  #lostAt: number;
  /** On the monotonic scale. */
  #statsDroppedAt = Number.NEGATIVE_INFINITY;
  #lastError = new MaglevError('MGL_VPP_DISCONNECTED', 'not connected to VPP yet');

  constructor(lostAt: number) {
    this.#lostAt = lostAt;
  }

  /** Why it is not there. */
  get lastError(): MaglevError {
    return this.#lastError;
  }

  /** It is gone, or an attempt to connect has failed: then `lostAt` is null. */
  lost(error: MaglevError, lostAt: number | null): void {
    this.#lastError = error;
    this.#lostAt = lostAt ?? this.#lostAt;
  }

  /** Not the first time: that happens when somebody restarts VPP. */
  diedUnder(underWay: WritesUnderWay, now: Now): MaglevEvent {
    const { deaths, pauseMs } = this.#pause.died(underWay, now.monotonic);
    const fields = { deaths, writing: underWay.oldest, underWay: Object.fromEntries(underWay.kinds) };
    const { code, advice } = this.#pause.error(now.monotonic);
    const pause = pauseMs === 0 ? {} : { pauseMs, code, advice };
    const level = pauseMs === 0 ? 'warn' : 'error';
    return { name: 'vpp-died-writing', level, fields: { ...fields, ...pause } };
  }

  /**
   * Is its connection given up because its stats segment was lost? The API and that segment are one unit: one that is
   * lost tells that this VPP is not the one that the connection was made to, or is not well, and both are made anew. If
   * that does not help, it is not done again for a while: counters are worth less than the peace in which VPP is governed.
   */
  drops({ monotonic }: Now): boolean {
    if (monotonic - this.#statsDroppedAt < STATS_DROP_GAP_MS) return false;
    this.#statsDroppedAt = monotonic;
    return true;
  }

  /** It has lived through a full sync. */
  proven(): void {
    this.#pause.lived();
  }

  /** Somebody wants it governed all the same, and knows that it may die of it once more. */
  insist(): void {
    this.#pause.lift();
  }

  /** How long it is left alone from now on, in milliseconds; 0 = it may be governed. */
  pauseLeft({ monotonic }: Now): number {
    return this.#pause.left(monotonic);
  }

  /** When that is over, milliseconds since the epoch; null = there is no pause. */
  pausedUntil(now: Now): number | null {
    const left = this.pauseLeft(now);
    return left > 0 ? Math.round(now.at + left) : null;
  }

  /** Why nothing can be asked of a VPP that is not there, or of one that is left alone. */
  unavailable(live: Presence | null, now: Now): MaglevError {
    if (live !== null) return this.#pause.error(now.monotonic);
    const cause = this.#lastError;
    const code = speaking.has(cause.code) ? cause.code : 'MGL_VPP_DISCONNECTED';
    return new MaglevError(code, `not connected to VPP: ${cause.message}`, { cause });
  }

  condition(live: Presence | null, now: Now): VppCondition {
    if (live === null) {
      const error = this.#lastError;
      const state = error.code === 'MGL_VPP_GOVERNED' ? 'spare' : 'disconnected';
      return { state, since: this.#lostAt, error };
    }
    const { connectedAt: since, governed } = live;
    const until = governed ? null : this.pausedUntil(now);
    if (until === null) return { state: 'connected', since };
    return { state: 'paused', since, until, error: this.unavailable(live, now) };
  }

  /**
   * What becomes of a change about one frontend that nobody can write now. Later nobody knows whether flows are still to be
   * cut; the weight is known, and comes with the next connection.
   */
  missed(
    frontend: string,
    flush: ReadonlySet<string>,
    live: Presence | null,
    now: Now,
  ): { readonly applied: Applied; readonly news: readonly MaglevEvent[] } {
    const unable = this.unavailable(live, now);
    const [why, text, error] =
      live === null
        ? (['disconnected', 'VPP is not connected', this.#lastError.message] as const)
        : (['paused', unable.message, unable.message] as const);
    const fields = { frontend, servers: [...flush].join(' '), error };
    return {
      applied: notApplied(frontend, why, text, unable),
      news: flush.size === 0 ? [] : [{ name: 'vpp-flush-skipped', level: 'warn', fields }],
    };
  }
}
