import type { MaglevError } from '../domain/errors.js';
import type { LbConf, LbOperation, LbState, VipFlows, VipId } from '../domain/lb.js';
import type { LbCounters, LbIndexes } from '../domain/lb-counters.js';
import type { WritesUnderWay } from '../domain/repeated-death.js';
import type { StandingNews, Standings } from '../domain/standings.js';
import type { MadeSync, OperationOutcome, SyncRecord, SyncReport, SyncSummary } from '../domain/syncs.js';
import type { VipHistory } from '../domain/table-history.js';
import type { VppHeard } from '../domain/vpp-heard.js';
import type { VppMemory } from '../domain/vpp-memory.js';
import type { VppRead } from '../domain/vpp-reads.js';
import type { Address, Reply } from './address.js';
import type { DecisionChanged, VipWanted } from './decision.js';

/** Who VPP is, as it said when the connection came up. */
export interface VppInfo {
  readonly version: string;
  readonly buildDate: string;
  readonly buildDirectory: string;
  readonly pid: number;
  /** When VPP started, milliseconds since the epoch; null = not known (its stats segment cannot be read). */
  readonly bootedAt: number | null;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  /**
   * Until when VPP is sent no changes because it died under the same kind again and again, milliseconds since the epoch;
   * null = it is governed.
   */
  readonly pausedUntil: number | null;
}

/** All that VPP holds, as one read has shown it. */
export interface LbReading extends LbState {
  /** When it was sent; see Written. */
  readonly order: number;
  /** Where VPP counts for each VIP: its place in the plugin's pool. null: VPP did not tell. */
  readonly places: ReadonlyMap<VipId, number> | null;
  /**
   * Why VPP did not give its text, which tells what no message does: the stickiness of a VIP, and the exact length of its
   * table. null: it did.
   */
  readonly textError: MaglevError | null;
}

/** What came of an `apply`. */
export interface Written {
  /** One an operation, in order. */
  readonly outcomes: readonly OperationOutcome[];
  /** When it was sent. VPP executes in this order: a read shows the writes whose number is lower than its own. */
  readonly order: number;
}

/**
 * What the actors of a session ask of VPP, through the mailbox of the connection actor. It is all that they know of
 * VPP: a spec mocks VPP by answering these. Every request is answered, at the latest when the connection ends
 * (MGL_VPP_DISCONNECTED). Writes of one sender are executed in the order they were asked, as long as they are all urgent or none is.
 */
export type VppRequest =
  | { readonly type: 'read-conf'; readonly reply: Reply<LbConf> }
  | { readonly type: 'write-conf'; readonly conf: LbConf; readonly reply: Reply<void> }
  /** Sent after all that is not urgent and was asked before. */
  | { readonly type: 'read-state'; readonly reply: Reply<LbReading> }
  /** Where VPP counts for which VIP; null = VPP does not tell. */
  | { readonly type: 'read-indexes'; readonly reply: Reply<LbIndexes | null> }
  /** What VPP says of the flows of its VIPs; null = nothing. */
  | { readonly type: 'read-flows'; readonly reply: Reply<readonly VipFlows[] | null> }
  | {
      readonly type: 'apply';
      /** They go to VPP together. Operations behind a failed one are executed all the same. */
      readonly operations: readonly LbOperation[];
      /** What they cost VPP, in milliseconds: no more is under way at once than VPP does in a tenth of a second. */
      readonly cost: number;
      /** For a decision, not for a sync: it overtakes what waits. */
      readonly urgent: boolean;
      readonly reply: Reply<Written>;
    };

/** Of each VIP that VPP has. */
export type FlowsReport = readonly (VipFlows & { readonly history: VipHistory | null })[];

/** A live connection to one VPP. A new one is made for every connect; it is dead after the disconnect. */
export interface VppLink {
  readonly info: VppInfo;
  readonly requests: Address<VppRequest>;
  /** When VPP last said anything, on the monotonic scale of the clock. */
  readonly lastReplyAt: () => number;
  /** What VPP said of its main heap last; null = nothing. */
  readonly memory: () => VppMemory | null;
}

/** What the connection actor tells its supervisor. */
export type ConnectionReport =
  | { readonly type: 'link-up'; readonly link: VppLink }
  | {
      readonly type: 'link-down';
      readonly error: MaglevError;
      /** Changes of which VPP owed the answer when a connection ended; null = none. */
      readonly underWay: WritesUnderWay | null;
    };

/**
 * Is VPP heard? Answered when VPP has said something that it was asked for after this question came, and at the latest
 * some 60 ms later; at once while it is known to be away or silent. All who ask meanwhile share a ping.
 */
export interface VouchRequest {
  readonly type: 'vouch';
  readonly reply: Reply<VppHeard>;
}

/** What those in a session tell whoever made it. `link` is the one that it was made on. */
export type SessionReport =
  | SyncMade
  | VppReadMade
  /** A full sync has come to its end, and VPP has lived through all of it: what it refused, it has answered. */
  | { readonly type: 'synced'; readonly link: Address<VppRequest> }
  /** When VPP started, milliseconds since the epoch. */
  | { readonly type: 'booted'; readonly link: Address<VppRequest>; readonly at: number }
  /** VPP's stats segment, which was read before, is that of a VPP which has ended or hangs. */
  | { readonly type: 'stats-lost'; readonly link: Address<VppRequest>; readonly error: MaglevError }
  /** How something of VPP stands to what is wanted; `sync`: what was made to come to that, if a decision about it was followed. */
  | {
      readonly type: 'standing';
      readonly link: Address<VppRequest>;
      readonly news: StandingNews;
      readonly sync: MadeSync | null;
    };

/** What the rest of the tree asks of the vpp supervisor. Without a connection it answers MGL_VPP_... at once. */
export type VppControl =
  | DecisionChanged
  | VipWanted
  | SyncQuestion
  | StandingsQuestion
  | { readonly type: 'get-info'; readonly reply: Reply<VppInfo> }
  /** What VPP said of its main heap last; null = nothing, or there is no VPP. */
  | { readonly type: 'get-memory'; readonly reply: Reply<VppMemory | null> }
  | { readonly type: 'get-lb-state'; readonly reply: Reply<LbState> }
  /** The last reading of the stats segment, at most a few seconds old. MGL_STATS_... when there is none. */
  | { readonly type: 'get-lb-counters'; readonly reply: Reply<LbCounters> }
  /** The flows that VPP knows, as it says now; and the tables under which they began, as far as those were seen. */
  | { readonly type: 'get-flows'; readonly reply: Reply<FlowsReport> }
  | {
      readonly type: 'sync';
      /** null = everything, which may remove stale VIPs; a name = that frontend's VIP only, never removing one. */
      readonly frontend: string | null;
      readonly reply: Reply<SyncReport>;
    };

/** Always answered at once. */
export type StandingsQuestion = { readonly type: 'list-standings'; readonly reply: Reply<Standings> };

/** A sync is over. */
export interface SyncMade {
  readonly type: 'sync-made';
  readonly sync: MadeSync;
}

/** A full sync has read all that VPP has. */
export interface VppReadMade {
  readonly type: 'vpp-read';
  readonly read: VppRead;
}

export type SyncQuestion =
  /** What VPP had before the last syncs that wrote something, and when it was read last; oldest first. */
  | { readonly type: 'list-reads'; readonly reply: Reply<readonly VppRead[]> }
  /** The last ones, oldest first. */
  | { readonly type: 'list-syncs'; readonly reply: Reply<readonly SyncSummary[]> }
  /** MGL_SYNC_UNKNOWN when it is not kept any more. */
  | { readonly type: 'get-sync'; readonly id: number; readonly reply: Reply<SyncRecord> };
