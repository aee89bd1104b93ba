import { asMaglevError, MaglevError } from './errors.js';
import type { LbOperation, VipStep } from './lb.js';

/** What a sync changed. */
export interface SyncCounts {
  readonly vipAdded: number;
  readonly vipRemoved: number;
  readonly asAdded: number;
  readonly asRemoved: number;
  readonly asWeightUpdated: number;
}

export interface FailedStep {
  readonly operation: LbOperation | VipStep;
  readonly error: MaglevError;
}

export interface SyncReport {
  readonly scope: 'all' | 'vip';
  readonly counts: SyncCounts;
  /** What failed; empty when VPP now equals the decision, as far as is known. */
  readonly failures: readonly FailedStep[];
  /** What cannot be known of VPP, one sentence each, and so was not compared; empty when all was. */
  readonly unverified: readonly string[];
}

/**
 * Why a sync was made: an interval was over, a decision about one frontend or about everything changed, somebody asked,
 * what failed before was tried again, or somebody changed VPP in between.
 */
export type SyncCause = 'tick' | 'decision' | 'asked' | 'retry' | 'unsure';

/** One planned operation, and what became of it. */
export interface ExecutedOperation {
  readonly operation: FailedStep['operation'];
  /** not-sent: it was planned to be done after something that failed. */
  readonly outcome: 'done' | 'failed' | 'not-sent';
  /** Why it failed. */
  readonly error: MaglevError | null;
  /** VPP's return code, when it answered with one; 0 = done. */
  readonly retval: number | null;
  /** When this was known, milliseconds since the epoch. */
  readonly at: number;
}

export interface SyncSummary {
  /** Counts from 1, as long as maglevd lives. */
  readonly id: number;
  readonly scope: SyncReport['scope'];
  /** Of scope `vip`. */
  readonly frontend: string | null;
  readonly cause: SyncCause;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly counts: SyncCounts;
  readonly failures: number;
  readonly unverified: readonly string[];
  /** Why it was not finished. */
  readonly error: MaglevError | null;
  /** Syncs like this one, which changed nothing, that came right after it; the last began at `lastAt`. */
  readonly repeats: number;
  readonly lastAt: number;
}

export interface SyncRecord extends SyncSummary {
  readonly operations: readonly ExecutedOperation[];
  /** Operations that are not kept, because there were too many. */
  readonly omitted: number;
}

/** How one operation of an `apply` ended. */
export type OperationOutcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly error: MaglevError;
      /** VPP's return code, when VPP answered. */
      readonly retval: number | null;
    };

export const done: OperationOutcome = { ok: true };

export function failedOutcome(thrown: unknown): OperationOutcome {
  const error = asMaglevError(thrown);
  const answered = thrown instanceof MaglevError && 'retval' in thrown && typeof thrown.retval === 'number';
  return { ok: false, error, retval: answered ? Number(thrown.retval) : null };
}

/** A sync that is over, before it is kept. */
export type MadeSync = Omit<SyncRecord, 'id' | 'repeats' | 'lastAt' | 'omitted'>;
