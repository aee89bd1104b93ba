/** The four counters that VPP keeps per VIP index, in packets. */
export interface VipCounters {
  /** Packets of flows that the table knows. */
  readonly next: number;
  /** Packets that made an entry which leads to a server. */
  readonly first: number;
  /** Packets that found no room for an entry. */
  readonly untracked: number;
  /** Packets that made an entry which leads nowhere. */
  readonly noServer: number;
}

/** Which of a VIP's counters a packet counts in. */
export type PacketFate = keyof VipCounters;

/** What became of a packet. */
export interface Passage {
  /** 0: it is dropped. */
  readonly server: number;
  readonly fate: PacketFate;
}

/** What `show lb` tells about the flow table of a thread that has seen LB traffic. */
export interface FlowTableThread {
  readonly index: number;
  /** Seconds. */
  readonly timeout: number;
  readonly liveEntries: number;
  readonly buckets: number;
}

/** The tables of known flows, one a thread, and the packet counters of VIPs. */
export interface FlowTable {
  /** The main thread, which is number 0, and the workers. */
  readonly threadCount: number;
  /**
   * Takes one packet through the table of a thread and counts it: to the server that its flow is known to go to, or to
   * `choice`, the server that the VIP's own table has for it. Throws SimulatedCrash.
   */
  readonly pass: (thread: number, vipIndex: number, hash: number, choice: number) => Passage;
  /** Entries, live or expired, that lead to this server. A server is freed only when there are none. */
  readonly references: (asIndex: number) => number;
  /** Makes the entries of a VIP, or only those that lead to one of its servers, forget their server. */
  readonly flush: (vipIndex: number, asIndex: number | 'all') => void;
  /** Drops the tables of all threads. */
  readonly drop: () => void;
  /** The sum over all threads. */
  readonly counters: (vipIndex: number) => VipCounters;
  readonly countersOfThread: (thread: number, vipIndex: number) => VipCounters;
  /** A VIP is created at this index: its counters start at 0. */
  readonly zeroCounters: (vipIndex: number) => void;
  readonly threads: () => readonly FlowTableThread[];
}
