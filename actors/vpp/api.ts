import type { LbConnection } from '../../binapi/lb/open-lb.js';
import type { StatsSegment } from '../../binapi/stats/stats-segment.js';
import type { Address } from '../../protocol/address.js';
import type { DecisionRequest } from '../../protocol/decision.js';
import type { SessionReport, VppRequest } from '../../protocol/vpp.js';

/**
 * One live connection to one VPP, as far as the connection actor needs it. Every promise settles: with VPP's answer, with
 * MGL_VPP_TIMEOUT, or with MGL_VPP_DISCONNECTED when the connection ends. Calls of `send` in one turn of the event loop
 * reach VPP in one write, and are executed in their order.
 */
export type VppApi = Omit<LbConnection, 'checkCompatible' | 'showVersion' | 'dropped' | 'ping' | 'apply'> & {
  readonly ping: () => Promise<unknown>;
};

/** Opens a connection to a VPP that can do all that is needed of it. Rejects with a MaglevError. */
export type OpenVpp = (signal: AbortSignal) => Promise<VppApi>;

/** What is needed of VPP's stats segment. */
export type StatsSource = Pick<StatsSegment, 'snapshot' | 'close'>;

/** Has VPP hand out its stats segment, which is closed when the signal aborts. Rejects with a MaglevError. */
export type OpenStats = (signal: AbortSignal) => Promise<StatsSource>;

/** What those in a session are given. */
export interface SessionParts {
  readonly link: Address<VppRequest>;
  /** Asked for what is wanted, at every start; changes are told as messages. */
  readonly decisions: Address<DecisionRequest>;
  /** Told how VPP stands to what is wanted, of every sync when it is over, and whatever else is learned of VPP. */
  readonly report: Address<SessionReport>;
}
