import type { MaglevError } from './errors.js';
import type { IpAddress } from './ip.js';

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
 * Why a change has not reached VPP, and will not soon. What is decided stays decided: it follows by itself, but flows
 * that should have been cut are cut later only where that is said.
 */
export interface Pending {
  readonly why: 'disabled' | 'disconnected' | 'paused' | 'refused' | 'full-sync' | 'silent';
  /** What happened, a sentence without a full stop. */
  readonly text: string;
  /** What VPP, or the connection to it, failed with; null where nothing failed. */
  readonly error: MaglevError | null;
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
