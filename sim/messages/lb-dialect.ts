import type { AddressWithPrefix } from '../../binapi/generated/ip-types.js';
import type { LbAsDetails, LbAsV2Details, LbVipDetails } from '../../binapi/generated/lb.js';
import type { Ip46 } from '../lb/ip46.js';
import type { As, Vip } from '../lb/lb-state.js';

/** How one generation of the plugin reads and writes the fields that the other one reads and writes otherwise. */
export interface LbDialect {
  /** The prefix length inside the plugin. */
  readonly prefixLength: (prefix: AddressWithPrefix) => number;
  /** The number that an encapsulation is compared with. */
  readonly encap: (wire: number) => number;
  /** The prefix of lb_flush_vip. */
  readonly flushPrefix: (prefix: AddressWithPrefix) => Ip46;
  /** Has the VIP the port that a dump asks for? */
  readonly dumpPortMatches: (wire: number, vip: Vip) => boolean;
  /** Are deleted VIPs dumped as well? */
  readonly dumpsDeletedVips: boolean;
  readonly vipDetails: (vip: Vip) => LbVipDetails;
  readonly asDetails: (vip: Vip, server: As) => LbAsDetails;
  /** Null: this generation has no weights, nor the message. */
  readonly asV2Details: ((vip: Vip, server: As, buckets: number) => LbAsV2Details) | null;
}
