import type { FailoverDebt } from '../domain/failover-debt.js';
import type { VipKey } from '../domain/lb.js';
import type { Reply } from './address.js';

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
