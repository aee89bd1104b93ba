import type { Counting } from '../../domain/standing-table.js';

/** Of probes that are under way, how many at most have begun within so many milliseconds. */
export interface RecentLimit {
  readonly most: number;
  readonly ms: number;
}

/** What is to be probed, as far as the schedule must know. */
export interface Order {
  readonly number: number;
  /** News carry it: what is of another round is old. */
  readonly round: number;
  readonly timeoutMs: number;
  readonly counting: Counting;
}

/** What is known of the way through VPP, by which failures that prove nothing are told from those that do. */
export interface VppGrounds {
  /** Failures of probes that began after this are none of VPP's: in milliseconds of the monotonic clock. */
  readonly soundFrom: number;
  /** For how long after it was told that may be believed, in milliseconds. */
  readonly goodForMs: number;
}
