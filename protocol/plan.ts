import type { FailoverDebt } from '../domain/failover-debt.js';
import type { LbConf, VipKey } from '../domain/lb.js';
import type { Wish } from '../domain/operator-wish.js';
import type { TableChange } from '../domain/table-change.js';
import type { VipPlan } from '../domain/whole-plan.js';
import type { Reply } from './address.js';

/** What might be done. */
export type WhatIf =
  /** Nothing but a sync. */
  | { readonly kind: 'sync' }
  /** A config file would be made the running config; null: the one that maglevd was started with. */
  | { readonly kind: 'reload'; readonly file: string | null }
  | Wish;

/** The buckets of a VIP that a plan moves. */
export type Moved = Omit<TableChange, 'lost'>;

/** What would be sent to VPP, and what follows from it. Nothing is sent. */
export interface PlanReport {
  /** Global settings that would be changed; null = none. */
  readonly conf: { readonly before: LbConf; readonly after: LbConf } | null;
  /** Of the VIPs for which there is something to do. */
  readonly vips: readonly (VipPlan & { readonly moved: Moved | null; readonly atStake: number | null })[];
  /** Why VIPs would be left as they are, a sentence each. */
  readonly refused: readonly string[];
  /** Backends whose verdict would begin anew, so that VPP keeps what it has of them until they have been probed. */
  readonly begunAnew: readonly string[];
  /** Flows that VPP knows, and that would be cut or forgotten, all together; null = VPP does not tell. */
  readonly atStake: number | null;
  /** Milliseconds of VPP's main thread, all together. */
  readonly vppMs: number;
}

/**
 * Answered with the plan, from what VPP has now. A config file that cannot be used is MGL_CONFIG_..., what an operator
 * could not ask for is refused as it would be.
 */
export interface PlanRequest {
  readonly type: 'plan';
  readonly whatIf: WhatIf;
  readonly reply: Reply<PlanReport>;
}

/** What would become of the flows of a VIP if this VPP restarted now, or another one took over. */
export interface VipDebt extends FailoverDebt {
  readonly key: VipKey;
  /** Name of the frontend; '' = no frontend wants it. */
  readonly frontend: string;
  /** Flows that VPP knows, as it counts them. */
  readonly flows: number;
  /** Since when its tables are known, milliseconds since the epoch; null = they are not. */
  readonly since: number | null;
}

/** Answered with one for each VIP of VPP, or that of one frontend; MGL_STATS_... when flows are not counted. */
export interface DebtRequest {
  readonly type: 'debts';
  /** null: of all. */
  readonly frontend: string | null;
  readonly reply: Reply<readonly VipDebt[]>;
}
