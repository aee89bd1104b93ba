import type { MaglevError } from '../domain/errors.js';
import type { IpAddress } from '../domain/ip.js';

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
