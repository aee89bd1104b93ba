import type { FailoverDebt } from '../domain/failover-debt.js';
import type { PlanReport } from '../domain/foresight.js';
import type { VipKey } from '../domain/lb.js';
import type { Wish } from '../domain/operator-wish.js';
import type { Reply } from './address.js';

/** What might be done. */
export type WhatIf =
  /** Nothing but a sync. */
  | { readonly kind: 'sync' }
  /** A config file would be made the running config; null: the one that maglevd was started with. */
  | { readonly kind: 'reload'; readonly file: string | null }
  | Wish;

/**
 * Answered with the plan, from what VPP has now; nothing is sent. A config file that cannot be used is MGL_CONFIG_..., what an operator
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
