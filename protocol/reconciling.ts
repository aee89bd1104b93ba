import type { Applied } from '../domain/applied.js';
import type { IpAddress } from '../domain/ip.js';
import type { DesiredVip, LbConf, VipId, VipState } from '../domain/lb.js';
import type { Batch } from '../domain/plan.js';
import type { VipStanding } from '../domain/standings.js';
import type { Tally } from '../domain/tally.js';
import type { Reply } from './address.js';

/** What lb asks of the reconciler of a VIP. */
export type ReconcilerRequest =
  | {
      /** A read of VPP shows what it has under this key; null = nothing. */
      readonly type: 'reconcile';
      readonly desired: DesiredVip;
      readonly found: VipState | null;
      /** The number of that read. */
      readonly order: number;
      readonly conf: LbConf;
      readonly reply: Reply<Tally>;
    }
  | {
      /** The decision about this VIP changed: carry it out at once, without reading VPP again. */
      readonly type: 'wanted';
      readonly desired: DesiredVip;
      /** Servers whose flows are to be cut now, whatever their weight does. */
      readonly flush: ReadonlySet<IpAddress>;
      readonly reply?: Reply<Applied> | undefined;
    }
  | {
      /** Make this VIP, and its neighbours in the batch, anew. What they then are comes with a `reconcile`. */
      readonly type: 'make-anew';
      readonly batch: Batch;
      readonly desired: DesiredVip;
      readonly reply: Reply<Tally>;
    }
  /** Somebody else makes this VIP anew: what is known of it will not be true. */
  | { readonly type: 'remaking'; readonly reply: Reply<void> }
  /** He has done so; or something of it failed. */
  | { readonly type: 'remade'; readonly done: boolean };

/** What a reconciler tells lb. */
export type ReconcilerReport =
  /** VPP has to be read before more can be done. `looked` is false as long as no read of VPP has come to this VIP. */
  | { readonly type: 'unsure'; readonly frontend: string; readonly looked: boolean }
  /** It failed, and knows nothing any more: what it was to do may be lost. */
  | { readonly type: 'restarted' }
  | VipStands;

/** How the VIP stands to what is wanted: told whenever that is known anew, with what was done to come to it. */
export interface VipStands {
  readonly type: 'stands';
  readonly standing: VipStanding;
  /** null: no decision was followed, or nothing was to be done. */
  readonly followed: Followed | null;
}

/** A decision was carried out, or could not be. */
export interface Followed {
  readonly result: Tally;
  readonly durationMs: number;
}

/** What lb tells whoever reads VPP's counters. */
export type StatsNews =
  /** VIPs or servers may have come or gone. */
  | { readonly type: 'vips-changed' }
  /** Where VPP counts for its VIPs, as a read has shown. */
  | { readonly type: 'places'; readonly places: ReadonlyMap<VipId, number> }
  | VipStands;

/** A read of VPP showed these settings. */
export interface ConfPusherRequest {
  readonly type: 'found';
  readonly conf: LbConf;
}
