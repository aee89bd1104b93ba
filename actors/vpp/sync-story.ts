import { asMaglevError } from '../../domain/errors.js';
import { type LbOperation, vipId } from '../../domain/lb.js';
import type { FailedStep, SyncCause, SyncReport } from '../../domain/syncs.js';
import { changedAnything, nothing, operationFields, type Tally } from '../../domain/tally.js';
import type { Logger } from '../../protocol/log.js';
import type { SyncMade } from '../../protocol/syncs.js';
import type { Context } from '../kernel/contract.js';

/** Changes of VPP within a second that are each told at level info; of more, their number is. */
const TOLD_A_SECOND = 20;

/** Logs every change that was made in VPP, and of masses how many more there were. */
export class ChangeLog {
  readonly #context: Pick<Context<never>, 'log' | 'clock'>;
  #since = Number.NEGATIVE_INFINITY;
  #told = 0;
  #more: Partial<Record<LbOperation['op'], number>> = {};

  constructor(context: Pick<Context<never>, 'log' | 'clock'>) {
    this.#context = context;
  }

  /** True when some of them were not told, and their number is to be told in a second. */
  tell({ operations }: Tally): boolean {
    const { log, clock } = this.#context;
    for (const { operation, outcome } of operations) {
      if (outcome !== 'done' || operation.op === 'vip-sync') continue;
      const now = clock.monotonic();
      if (now - this.#since >= 1000) {
        this.tellMore();
        this.#since = now;
        this.#told = 0;
      }
      const level = this.#told < TOLD_A_SECOND ? 'info' : 'debug';
      if (level === 'info') this.#told++;
      else this.#more[operation.op] = (this.#more[operation.op] ?? 0) + 1;
      if (log.enabled(level)) log.log(level, `vpp-lbsync-${operation.op}`, operationFields(operation));
    }
    return Object.keys(this.#more).length > 0;
  }

  tellMore(): void {
    const kinds = this.#more;
    const more = Object.values(kinds).reduce((sum, count) => sum + count, 0);
    this.#more = {};
    if (more > 0) this.#context.log.log('info', 'vpp-lbsync-more', { more, ...kinds });
  }
}

export interface SyncSubject {
  readonly scope: SyncReport['scope'];
  /** Of scope `vip`. */
  readonly frontend: string | null;
  readonly cause: SyncCause;
}

export interface StoryOptions {
  /** It is news only when something changes. */
  readonly quiet: boolean;
  readonly agoMs?: number;
}

/** The story of one sync, as the log tells it and as it is kept. What changed nothing is told to nobody who did not ask. */
export class SyncStory {
  readonly #context: Pick<Context<never>, 'log' | 'clock'>;
  readonly #subject: SyncSubject;
  readonly #startedAt: number;
  readonly #begin: number;
  #quiet: boolean;

  /** It begins now, or, when it is told afterwards, began `agoMs` before. */
  constructor(
    context: Pick<Context<never>, 'log' | 'clock'>,
    subject: SyncSubject,
    { quiet, agoMs = 0 }: StoryOptions,
  ) {
    this.#context = context;
    this.#subject = subject;
    this.#quiet = quiet;
    this.#startedAt = context.clock.now() - agoMs;
    this.#begin = context.clock.monotonic() - agoMs;
    context.log.log(quiet ? 'debug' : 'info', 'vpp-lbsync-start', this.#fields());
  }

  /** Before what changed is told. */
  changed(): void {
    if (!this.#quiet) return;
    this.#quiet = false;
    this.#context.log.log('info', 'vpp-lbsync-start', this.#fields());
  }

  done(result: Tally, unverified: readonly string[]): SyncMade {
    const durationMs = this.#duration();
    if (changedAnything(result) || result.failures.length > 0) this.changed();
    const failures = result.failures.length;
    const fields = { ...this.#fields(), ...result.counts, failures, durationMs };
    this.#context.log.log(this.#quiet ? 'debug' : 'info', 'vpp-lbsync-done', fields);
    return this.#made(result, unverified, durationMs, null);
  }

  /** It could not be finished. */
  failed(thrown: unknown): SyncMade {
    const error = asMaglevError(thrown);
    const { code, message } = error;
    this.#context.log.log('warn', 'vpp-lbsync-done', { ...this.#fields(), code, error: message });
    return this.#made(nothing, [], this.#duration(), error);
  }

  #made(
    { counts, failures, operations }: Tally,
    unverified: readonly string[],
    durationMs: number,
    error: SyncMade['sync']['error'],
  ): SyncMade {
    const { scope, frontend, cause } = this.#subject;
    const what = { scope, frontend, cause, startedAt: this.#startedAt, durationMs };
    return {
      type: 'sync-made',
      sync: { ...what, counts, failures: failures.length, unverified, error, operations },
    };
  }

  #fields() {
    const { scope, frontend } = this.#subject;
    return frontend === null ? { scope } : { scope, frontend };
  }

  #duration(): number {
    return Math.round(this.#context.clock.monotonic() - this.#begin);
  }
}

/** Logs failures: as warnings those that are news, at debug those that the last sync had too. Gives all of them. */
export function logFailures(
  failures: readonly FailedStep[],
  known: ReadonlySet<string>,
  log: Logger,
): ReadonlySet<string> {
  const all = new Set<string>();
  for (const { operation, error } of failures) {
    const address = 'address' in operation ? operation.address : '';
    const text = `${operation.op} ${vipId(operation.key)} ${address} ${error.code} ${error.message}`;
    all.add(text);
    const fields = { ...operationFields(operation), code: error.code, error: error.message };
    log.log(known.has(text) ? 'debug' : 'warn', `vpp-lbsync-${operation.op}`, fields);
  }
  return all;
}
