import type { OpenStats, OpenVpp } from '../actors/vpp/api.js';
import { openLb } from '../binapi/lb/open-lb.js';
import { openStats } from '../binapi/stats/stats-segment.js';
import { logTrace, type MessageTally } from '../binapi/trace.js';
import type { Clock } from '../protocol/clock.js';
import type { Logger } from '../protocol/log.js';

export interface OpenVppOptions {
  /** Path of VPP's binary API socket. */
  readonly socketPath: string;
  /** Counts the messages; absent: nobody does. */
  readonly tally?: MessageTally;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Connects to a real VPP. A VPP whose lb plugin lacks what is needed is refused with MGL_VPP_INCOMPATIBLE. */
export function openVpp({ socketPath, tally, clock, log }: OpenVppOptions): OpenVpp {
  const logged = logTrace(log);
  const trace = tally?.counting(logged) ?? logged;
  return (signal) => openLb({ socketPath, clientName: 'vpp-maglev', clock, trace, signal });
}

export interface OpenVppStatsOptions {
  /** Path of VPP's stats socket. */
  readonly socketPath: string;
  readonly clock: Clock;
}

/** The stats segment of a real VPP. */
export function openVppStats({ socketPath, clock }: OpenVppStatsOptions): OpenStats {
  return (signal) => openStats({ socketPath, clock, signal });
}
