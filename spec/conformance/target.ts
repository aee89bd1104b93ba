import type { StatsSegment } from '../../binapi/stats/stats-segment.js';
import type { RawVppClient } from '../support/raw-vpp-client.js';
import type { PacketBurst } from './packet-burst.js';

/** A VPP, real or simulated, that cases are run on. */
export interface Target {
  readonly client: RawVppClient;
  /** Another connection to it. */
  readonly connect: () => Promise<RawVppClient>;
  /** Sends packets into it; the address of the server that each one went to, or null. */
  readonly send: (burst: PacketBurst) => Promise<readonly (string | null)[]>;
  /** null: not to be looked into. */
  readonly stats: StatsSegment | null;
  readonly wait: (seconds: number) => Promise<void>;
}
