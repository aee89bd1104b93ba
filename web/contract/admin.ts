import type { Role } from './maglevd.js';

/** Who the browser's user is, for /admin. */
export interface WhoAnswer {
  readonly user: string;
  readonly role: Role;
}

/** What can be done, and planned. Roles: `reload` needs admin, the others operator. */
export type Action =
  | { readonly do: 'pause' | 'resume' | 'enable' | 'disable'; readonly backend: string }
  | {
      readonly do: 'weight';
      readonly frontend: string;
      readonly pool: string;
      readonly backend: string;
      /** 0..100 */
      readonly weight: number;
      /** Cut the flows that the server has now, whatever the weight? */
      readonly flush: boolean;
    }
  /** `frontend` null: everything, which may remove VIPs that no frontend wants. Its plan is always of everything. */
  | { readonly do: 'sync'; readonly frontend: string | null }
  | { readonly do: 'reload' };

/** As `maglevc plan`. No VIPs and no settings: VPP would get no write. */
export interface PlanAnswer {
  /** The command of maglevc that does the same. */
  readonly command: string;
  readonly vips: readonly PlannedVip[];
  /** Global settings that would be set. */
  readonly settings: readonly string[];
  /** Why VIPs would be left as they are. */
  readonly refused: readonly string[];
  /** Of VPP's main thread. */
  readonly vppMs: number;
  /** Backends whose verdict would begin anew. */
  readonly begunAnew: readonly string[];
  /** Flows that would be cut or forgotten; null: VPP does not tell. */
  readonly flowsAtStake: number | null;
  /** Frontends whose VIP would have no server with weight when it is done. */
  readonly servingNobody: readonly string[];
}

export interface PlannedVip {
  readonly frontend: string;
  readonly vip: string;
  readonly operations: readonly { readonly operation: string; readonly reason: string }[];
  /** It would be taken away and made again: in between it drops everything. */
  readonly anew: boolean;
  readonly vppMs: number;
  readonly moved: {
    readonly tableLength: number;
    readonly moved: number;
    readonly hadToMove: number;
    readonly collateral: number;
    readonly gained: number;
  } | null;
  readonly flowsAtStake: number | null;
}

/** It is in force, and what VPP has acknowledged of it. */
export interface ActAnswer {
  /** `disabled; 2 frontends, 2 weights set, acknowledged by VPP in 4 ms` */
  readonly summary: string;
  /** It is in force, but not all is well. */
  readonly warning: string | null;
  /** What VPP does not have yet, or what failed, a sentence each. */
  readonly pending: readonly string[];
}
