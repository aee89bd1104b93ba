import type { MaglevError } from '../domain/errors.js';
import type { DesiredVip, VipState } from '../domain/lb.js';
import type { Reply } from './address.js';
import type { FailedStep } from './syncs.js';

/** How a VIP of VPP stands to what is wanted, as it was last read or written. */
export interface VipStanding {
  /** What it was compared with. */
  readonly desired: DesiredVip;
  /** null: VPP does not have it; undefined: not known. */
  readonly found: VipState | null | undefined;
  /** Do the buckets in `found` count? They are not known from a write on until the next read. */
  readonly buckets: boolean;
  /**
   * equal: VPP has all of it. differs: a sync could not make it so. unread: VPP has to be read first, for a reason in
   * words.
   */
  readonly verdict: 'equal' | 'differs' | 'unread';
  /** Of `differs`: what could not be done. */
  readonly failures: readonly FailedStep[];
  /** Of `unread`. */
  readonly why: string;
}

/** Told on the way up to whoever answers for VPP. */
export type StandingNews =
  | { readonly type: 'stands'; readonly standing: VipStanding }
  /** Something about this VIP failed before its reconciler was asked. */
  | { readonly type: 'failed'; readonly failures: readonly FailedStep[] }
  /** The plugin's settings: null = VPP has those of the config. */
  | { readonly type: 'conf-stands'; readonly failure: MaglevError | null };

/** The same about one frontend for whoever asks; `verdict` is about what is wanted now. */
export interface FrontendStanding {
  readonly frontend: string;
  readonly desired: DesiredVip;
  readonly found: VipState | null | undefined;
  readonly buckets: boolean;
  /**
   * pending: what is wanted now is being carried out. unverified: equal in all that VPP tells. unreachable: VPP is not
   * connected, or not governed.
   */
  readonly verdict: VipStanding['verdict'] | 'pending' | 'unverified' | 'unreachable';
  readonly failures: readonly FailedStep[];
  readonly why: string;
}

/** Is VPP there, and governed? Moments are in milliseconds since the epoch. */
export type VppCondition =
  | { readonly state: 'connected'; readonly since: number }
  /** It died again and again while it was changed; see repeated-death.ts. */
  | { readonly state: 'paused'; readonly since: number; readonly until: number; readonly error: MaglevError }
  /** Another maglevd governs it. */
  | { readonly state: 'spare'; readonly since: number; readonly error: MaglevError }
  | { readonly state: 'disconnected'; readonly since: number; readonly error: MaglevError }
  | { readonly state: 'disabled' }
  /** Who answers for VPP does not answer now. */
  | { readonly state: 'unknown'; readonly error: MaglevError };

export interface Standings {
  readonly vpp: VppCondition;
  /** Why the plugin's settings are not those of the config; null = they are, or VPP is not connected. */
  readonly conf: MaglevError | null;
  /** In the order of the config. */
  readonly frontends: readonly FrontendStanding[];
}

/** Always answered at once. */
export type StandingsQuestion = { readonly type: 'list-standings'; readonly reply: Reply<Standings> };
