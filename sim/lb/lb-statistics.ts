import type { VipCounters } from './flow-table.js';

/** Where VPP counts. What is counted must have been created. Bytes are those that leave the node that counts. */
export interface LbStatistics {
  /** A VIP was created at this index: its counters exist, and start at 0, whoever had the index before. */
  readonly vipCreated: (index: number) => void;
  /** A load-balance object of the FIB was created: likewise. */
  readonly loadBalanceCreated: (index: number) => void;
  /** Packets of a VIP that a thread has dealt with. */
  readonly countVip: (counter: keyof VipCounters, index: number, packets: number, thread?: number) => void;
  /** Traffic through a load-balance object: `to` the prefix of its route, or handed to it directly, `via`. */
  readonly countRoute: (
    way: 'to' | 'via',
    index: number,
    packets: number,
    bytes: number,
    thread?: number,
  ) => void;
}

/** Of a VPP into which nobody looks. */
export const noStatistics: LbStatistics = {
  vipCreated: () => undefined,
  loadBalanceCreated: () => undefined,
  countVip: () => undefined,
  countRoute: () => undefined,
};
