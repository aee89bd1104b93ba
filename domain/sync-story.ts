import { asMaglevError } from './errors.js';
import type { MaglevEvent } from './events.js';
import type { MadeSync, SyncCause, SyncReport } from './syncs.js';
import { changedAnything, nothing, type Tally } from './tally.js';

export interface SyncSubject {
  readonly scope: SyncReport['scope'];
  /** Of scope `vip`. */
  readonly frontend: string | null;
  readonly cause: SyncCause;
}

/** On the wall clock and on the monotonic one, in milliseconds. */
export interface Moment {
  readonly at: number;
  readonly monotonic: number;
}

/** A sync as it is kept, and what the log is told of its end. */
export interface SyncEnd {
  readonly sync: MadeSync;
  readonly news: readonly MaglevEvent[];
}

/** The story of one sync, as the log tells it and as it is kept. What changed nothing is told to nobody who did not ask. */
export class SyncStory {
  readonly #subject: SyncSubject;
  readonly #begun: Moment;
  #quiet: boolean;

  /** `quiet`: it is news only when something changes. */
  constructor(subject: SyncSubject, begun: Moment, quiet: boolean) {
    this.#subject = subject;
    this.#begun = begun;
    this.#quiet = quiet;
  }

  start(): MaglevEvent[] {
    return [{ name: 'vpp-lbsync-start', level: this.#quiet ? 'debug' : 'info', fields: this.#fields() }];
  }

  /** Before what changed is told. */
  changed(): MaglevEvent[] {
    if (!this.#quiet) return [];
    this.#quiet = false;
    return this.start();
  }

  done(result: Tally, unverified: readonly string[], now: number): SyncEnd {
    const durationMs = Math.round(now - this.#begun.monotonic);
    const news = changedAnything(result) || result.failures.length > 0 ? this.changed() : [];
    // Not by spread: each property that it adds to a copy takes as long as all of this.
    const fields = Object.assign(this.#fields(), result.counts, {
      failures: result.failures.length,
      durationMs,
    });
    news.push({ name: 'vpp-lbsync-done', level: this.#quiet ? 'debug' : 'info', fields });
    return { sync: this.#made(result, unverified, durationMs, null), news };
  }

  /** It could not be finished. */
  failed(thrown: unknown, now: number): SyncEnd {
    const error = asMaglevError(thrown);
    const { code, message } = error;
    const fields = { ...this.#fields(), code, error: message };
    const durationMs = Math.round(now - this.#begun.monotonic);
    return {
      sync: this.#made(nothing, [], durationMs, error),
      news: [{ name: 'vpp-lbsync-done', level: 'warn', fields }],
    };
  }

  #made(
    { counts, failures, operations }: Tally,
    unverified: readonly string[],
    durationMs: number,
    error: MadeSync['error'],
  ): MadeSync {
    const { scope, frontend, cause } = this.#subject;
    const startedAt = this.#begun.at;
    // Written out, as all that is made for each change: a copy by spread takes longer, and more memory.
    return {
      scope,
      frontend,
      cause,
      startedAt,
      durationMs,
      counts,
      failures: failures.length,
      unverified,
      error,
      operations,
    };
  }

  #fields() {
    const { scope, frontend } = this.#subject;
    return frontend === null ? { scope } : { scope, frontend };
  }
}
