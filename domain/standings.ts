import { sameDesiredVip } from './desired.js';
import type { MaglevError } from './errors.js';
import { type DesiredVip, type VipId, type VipState, vipId } from './lb.js';
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
  | { readonly type: 'conf-stands'; readonly failure: MaglevError | null }
  /** A full sync has come to its end: VPP was compared with all that is wanted. */
  | { readonly type: 'compared' };

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
  /** Has a full sync of this connection come to its end? */
  readonly compared: boolean;
  /** In the order of the config. */
  readonly frontends: readonly FrontendStanding[];
}

/** How all VIPs of one connection stand, as those who write them have told. */
export class VipStandings {
  readonly #told = new Map<VipId, VipStanding>();
  /** Of VIPs whose reconcilers were not asked. */
  readonly #failed = new Map<VipId, readonly FailedStep[]>();
  #conf: MaglevError | null = null;
  #compared = false;

  get compared(): boolean {
    return this.#compared;
  }

  get conf(): MaglevError | null {
    return this.#conf;
  }

  hear(news: StandingNews): void {
    switch (news.type) {
      case 'stands': {
        const id = vipId(news.standing.desired.key);
        this.#told.set(id, news.standing);
        this.#failed.delete(id);
        break;
      }
      case 'failed':
        for (const id of new Set(news.failures.map(({ operation }) => vipId(operation.key))))
          this.#failed.set(
            id,
            news.failures.filter(({ operation }) => vipId(operation.key) === id),
          );
        break;
      case 'conf-stands':
        this.#conf = news.failure;
        break;
      case 'compared':
        this.#compared = true;
        break;
    }
  }

  /** What was told of another wish than the present one says what VPP has, and no more. */
  of(desired: DesiredVip): FrontendStanding {
    const id = vipId(desired.key);
    const told = this.#told.get(id);
    const failures = this.#failed.get(id);
    const { found, buckets = false } = told ?? {};
    const base = { frontend: desired.frontend, desired, found, buckets, failures: [], why: '' };
    if (failures !== undefined) return { ...base, verdict: 'differs', failures };
    if (told === undefined) return { ...base, verdict: 'unread', why: 'VPP has not been read yet' };
    if (told.desired !== desired && !sameDesiredVip(told.desired, desired))
      return { ...base, verdict: 'pending', why: 'it is being carried out' };
    const { verdict, why } = told;
    if (verdict === 'equal' && found?.srcIpSticky === null) {
      const text = 'VPP does not tell whether it is sticky by source address';
      return { ...base, verdict: 'unverified', why: text };
    }
    return { ...base, verdict, failures: told.failures, why };
  }
}

/** Without a VPP that is governed nothing is known of any VIP. */
export function unreachable(desired: DesiredVip, why: string): FrontendStanding {
  const nothing = { found: undefined, buckets: false, failures: [] } as const;
  return { frontend: desired.frontend, desired, ...nothing, verdict: 'unreachable', why };
}

/** `told`: what those who write have told of the VPP that is connected; null = none is. In the order of the config. */
export function standingsOf(
  vpp: VppCondition,
  told: VipStandings | null,
  vips: readonly DesiredVip[],
): Standings {
  if (told === null || 'error' in vpp) {
    const why = 'error' in vpp ? vpp.error.message : 'VPP is not connected';
    return { vpp, conf: null, compared: false, frontends: vips.map((vip) => unreachable(vip, why)) };
  }
  return { vpp, conf: told.conf, compared: told.compared, frontends: vips.map((vip) => told.of(vip)) };
}
