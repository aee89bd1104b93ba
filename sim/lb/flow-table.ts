/** The four counters that VPP keeps per VIP index, in packets. */
export interface VipCounters {
  readonly next: number;
  readonly first: number;
  readonly untracked: number;
  readonly noServer: number;
}

/** What `show lb` tells about the flow table of a thread that has seen LB traffic. */
export interface FlowTableThread {
  readonly index: number;
  /** Seconds. */
  readonly timeout: number;
  readonly liveEntries: number;
  readonly buckets: number;
}

/**
 * The per-thread tables of known flows, as far as the control plane touches them. The state machine of the plugin asks
 * here and knows nothing of packets.
 */
export interface FlowTable {
  /** Entries, live or expired, that lead to this server. A server is freed only when there are none. */
  readonly references: (asIndex: number) => number;
  /** Makes the entries of a VIP, or only those that lead to one of its servers, forget their server. */
  readonly flush: (vipIndex: number, asIndex: number | 'all') => void;
  /** Drops the tables of all threads. */
  readonly drop: () => void;
  readonly counters: (vipIndex: number) => VipCounters;
  /** A VIP is created at this index: its counters start at 0. */
  readonly zeroCounters: (vipIndex: number) => void;
  readonly threads: () => readonly FlowTableThread[];
}

const nothing: VipCounters = { next: 0, first: 0, untracked: 0, noServer: 0 };

/** The flow table of a VPP that no LB packet has ever reached: it is created by the first one. */
export const idleFlowTable: FlowTable = {
  references: () => 0,
  flush: () => undefined,
  drop: () => undefined,
  counters: () => nothing,
  zeroCounters: () => undefined,
  threads: () => [],
};
