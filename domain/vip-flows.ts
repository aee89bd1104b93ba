import type { IpAddress } from './ip.js';
import type { VipKey } from './lb.js';

/** A server of a VIP, as far as flows go. */
export interface ServerFlows {
  readonly address: IpAddress;
  /** 0: it gets no new flows, or was removed and has old ones. */
  readonly weight: number;
  /** Entries that VPP has for it, expired ones included. */
  readonly flows: number;
}

/** What VPP says of the flows of a VIP. */
export interface VipFlows {
  readonly key: VipKey;
  /** Buckets of its new-flow table. */
  readonly tableLength: number;
  readonly servers: readonly ServerFlows[];
}
