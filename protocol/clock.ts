/** Ends what it was returned for; calling it again does nothing. */
export type Cancel = () => void;

/**
 * Time, timers and randomness as a capability. Production passes the real clock, specs a virtual one: code that
 * takes its time from here runs an hour of reconnects in milliseconds, with the same result every run.
 */
export interface Clock {
  /** Wall time, in milliseconds since the Unix epoch. May jump when the machine's clock is set. */
  readonly now: () => number;
  /** Milliseconds since some fixed moment, with fractions; never goes back. For measuring durations. */
  readonly monotonic: () => number;
  /**
   * Calls `run` once after `ms` milliseconds. Any finite delay >= 0 is kept exactly, also one longer than the
   * 24.8 days that a Node timer can hold; Infinity never fires.
   */
  readonly schedule: (ms: number, run: () => void) => Cancel;
  /** A number in [0, 1). */
  readonly random: () => number;
}
