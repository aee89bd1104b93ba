import type { StatsSegment } from '../../binapi/stats/stats-segment.js';
import type { MaglevError } from '../../domain/errors.js';
import type { LbConf, LbOperation } from '../../domain/lb.js';
import type { LbIndexes } from '../../domain/lb-counters.js';
import type { WritesUnderWay } from '../../domain/repeated-death.js';
import type { VppMemory } from '../../domain/vpp-memory.js';
import type { LbReading, VppInfo } from '../../protocol/vpp.js';

/**
 * One live connection to one VPP, as the connection actor needs it. Every promise settles: with VPP's answer, with
 * MGL_VPP_TIMEOUT, or with MGL_VPP_DISCONNECTED when the connection ends.
 */
export interface VppApi {
  readonly info: Omit<VppInfo, 'connectedAt' | 'bootedAt' | 'pausedUntil'>;
  readonly getLbConf: () => Promise<LbConf>;
  readonly setLbConf: (conf: LbConf) => Promise<void>;
  readonly getLbState: () => Promise<Omit<LbReading, 'order'>>;
  /** Where VPP counts for which VIP; null = VPP does not tell. */
  readonly getLbIndexes: () => Promise<LbIndexes | null>;
  /**
   * Whether VPP has room for these operations, which are about to be applied together: null when it has. Otherwise VPP is
   * asked; MGL_VPP_MEMORY is why none of them may be applied.
   */
  readonly admit: (operations: readonly LbOperation[]) => Promise<MaglevError | null> | null;
  /** What VPP said of its main heap last; null = nothing. */
  readonly memory: () => VppMemory | null;
  /** The changes that VPP has not answered, or had not when the connection ended; null = none. */
  readonly underWay: () => WritesUnderWay | null;
  /** Calls made in one turn of the event loop reach VPP in one write, and are executed in their order. */
  readonly apply: (operation: LbOperation) => Promise<unknown>;
  readonly ping: () => Promise<unknown>;
  /** Requests that VPP has not answered yet. */
  readonly pendingCount: () => number;
  /** When the last message of VPP arrived, on the clock's monotonic scale. */
  readonly lastReplyAt: () => number;
  /** Why the connection ended. Never rejects. */
  readonly closed: Promise<MaglevError>;
  /** Says goodbye to VPP and closes; settles soon, whatever VPP does. What is under way fails with the reason. */
  readonly close: (reason?: MaglevError) => Promise<void>;
}

/** Opens a connection to a VPP that can do all that is needed of it. Rejects with a MaglevError. */
export type OpenVpp = (signal: AbortSignal) => Promise<VppApi>;

/** What is needed of VPP's stats segment. */
export type StatsSource = Pick<StatsSegment, 'snapshot' | 'close'>;

/** Has VPP hand out its stats segment, which is closed when the signal aborts. Rejects with a MaglevError. */
export type OpenStats = (signal: AbortSignal) => Promise<StatsSource>;
