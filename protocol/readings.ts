import type { HistogramReading } from '../domain/histogram.js';
import type { CountRow } from '../domain/labelled-counts.js';
import type { ProbeCode } from '../domain/probe-result.js';

/** What the probes of one backend came to. */
export interface BackendProbes {
  /** `icmp`, `tcp`, `http`, `https`. */
  readonly type: string;
  readonly counts: Iterable<readonly [ProbeCode, number]>;
  /** In seconds. */
  readonly durations: HistogramReading;
}

/** How a thread does that probes, or schedules. */
export interface ThreadReading {
  /** `main`, `probes-0`. */
  readonly thread: string;
  /** The longest time within the last second for which it did nothing that was due, in milliseconds. */
  readonly lagMs: number;
  /** Probes that run now, and that wait because too many run; null where none does. */
  readonly probes: { readonly underWay: number; readonly waiting: number } | null;
}

/** What is counted of probes, for whoever shows it. Numbers, read at any time: nobody is asked, and nobody waits. */
export interface ProbeReader {
  /** Since the backend came into the config; null = it is not probed. */
  readonly of: (backend: string) => BackendProbes | null;
  /** When the first of the probes began that have failed in a row, milliseconds since the epoch; null = the last did not fail. */
  readonly failingSince: (backend: string) => number | null;
  readonly threads: () => readonly ThreadReading[];
}

/** What is counted of the calls of one method. */
export interface CallReading {
  /** `GetFrontend` */
  readonly method: string;
  readonly codes: readonly CountRow[];
  /** In seconds; null = it is a stream. */
  readonly durations: HistogramReading | null;
  readonly underWay: number;
}

/** What is counted elsewhere than in the tree. */
export interface Readers {
  readonly probes: ProbeReader;
  readonly calls: () => readonly CallReading[];
  /** Messages to and from VPP: name, `send` or `recv`, `success` or `failure`. */
  readonly messages: () => readonly CountRow[];
}
