import type { MaglevError } from './errors.js';
import type { IpAddress } from './ip.js';
import type { FailedStep } from './syncs.js';
import type { Tally } from './tally.js';

/** What VPP has of a change that was wanted in one frontend. */
export interface Applied {
  readonly frontend: string;
  /** Operations that VPP acknowledged because of it; 0 = it needed none, or has none yet. */
  readonly acknowledged: number;
  /** Weights among them. */
  readonly weights: number;
  /** Servers whose flows VPP has acknowledged to cut. */
  readonly flushed: readonly IpAddress[];
  /** Why VPP does not have all of it; null = VPP has it. */
  readonly pending: Pending | null;
}

/**
 * Why a change has not reached VPP, and will not soon; failed: a part of maglevd did on the way. What is decided stays
 * decided: it follows by itself.
 */
export interface Pending {
  readonly why: 'disabled' | 'disconnected' | 'paused' | 'refused' | 'full-sync' | 'silent' | 'failed';
  /** What happened, a sentence without a full stop. */
  readonly text: string;
  /** What VPP, or the connection to it, failed with; null where nothing failed. */
  readonly error: MaglevError | null;
  /** Does whoever writes to this VIP still mean to cut the flows that were to be cut with the change? */
  readonly owed: boolean;
}

/** Nothing of it was done. */
export function appliedNothing(frontend: string, pending: Pending): Applied {
  return { frontend, acknowledged: 0, weights: 0, flushed: [], pending };
}

/** Nothing was, and nobody remembers it. */
export function notApplied(
  frontend: string,
  why: Pending['why'],
  text: string,
  error: MaglevError | null = null,
): Applied {
  return appliedNothing(frontend, { why, text, error, owed: false });
}

/** VPP has answered these operations, or could not be sent them. */
export function withTally(applied: Applied, { operations }: Tally): Applied {
  let { acknowledged, weights } = applied;
  const flushed = new Set(applied.flushed);
  for (const { operation, outcome } of operations) {
    if (outcome !== 'done') continue;
    acknowledged++;
    if (operation.op === 'as-weight') weights++;
    if ('flush' in operation && operation.flush) flushed.add(operation.address);
  }
  return { ...applied, acknowledged, weights, flushed: [...flushed] };
}

/** What VPP has to be read for before more can be done. */
export function awaitsSync(text: string): Pending {
  return { why: 'full-sync', text, error: null, owed: true };
}

/** Something of it failed. Whoever wrote it reads VPP, and tries again. */
export function failedStep({ error, operation }: FailedStep): Pending {
  if (operation.op === 'vip-sync') return awaitsSync(error.message);
  const silent = error.code === 'MGL_VPP_TIMEOUT';
  const text = silent ? 'VPP has not answered' : `VPP refused it: ${error.message}`;
  return {
    why: silent ? 'silent' : 'refused',
    text: `${text}; it is read and tried again`,
    error,
    owed: true,
  };
}

/** Whoever was asked for it did not answer, for this reason; `patienceMs`: how long he was waited for. */
export function unanswered(error: MaglevError, patienceMs: number): Pending {
  const { code, message } = error;
  if (code === 'MGL_ASK_TIMEOUT') {
    const text = `VPP has not acknowledged it within ${patienceMs / 1000} s`;
    return { why: 'silent', text, error, owed: true };
  }
  if (code.startsWith('MGL_VPP_')) {
    return { why: 'disconnected', text: `the connection to VPP ended: ${message}`, error, owed: false };
  }
  return { why: 'failed', text: `a part of maglevd failed on it: ${message}`, error, owed: false };
}

/** What came of a change in the decision, and in VPP. */
export interface InForce {
  /** Of the frontends in which it causes a write; after a reload nobody waits for those. */
  readonly applied: readonly Applied[];
  /** How long VPP took, in milliseconds. */
  readonly tookMs: number;
  /** Flows that should be cut now, and are not: names of those frontends. */
  readonly uncut: readonly string[];
  /** Why nothing has to be written, where something might have been; null = that speaks for itself. */
  readonly waits: string | null;
  /** Touched frontends in which no server gets new flows. */
  readonly deserted: readonly string[];
  /** Touched frontends that could not be decided, for a fault of maglevd: they stay as they were. */
  readonly undecided: readonly string[];
}

/** Frontends of which VPP lacks something, and has not cut all of the flows that were to be cut with it. */
export function uncutIn(
  applied: readonly Applied[],
  cuts: ReadonlyMap<string, readonly IpAddress[]>,
): readonly string[] {
  return applied.flatMap(({ frontend, pending, flushed }) => {
    const all = (cuts.get(frontend) ?? []).every((address) => flushed.includes(address));
    return pending === null || all ? [] : [frontend];
  });
}
