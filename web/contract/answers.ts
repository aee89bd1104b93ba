import type { Maglevd } from './maglevd.js';
import type { Picture, Sync, TimelineEvent } from './picture.js';

/** maglevd-frontend itself. */
export interface VersionAnswer {
  readonly version: string;
  readonly commit: string | null;
  readonly date: string | null;
  /** By its own clock. */
  readonly startedAt: number;
  /** By its own clock: a page whose clock says something else can tell. */
  readonly now: number;
  /** Is /admin served? */
  readonly admin: boolean;
}

export interface MaglevdsAnswer {
  readonly maglevds: readonly Maglevd[];
}

/** Everything of all maglevds, and from where the stream goes on. */
export interface StateAnswer {
  /** Names this life of maglevd-frontend. */
  readonly epoch: string;
  /** The answer has everything up to the message with this number: go on with `events?from=<epoch>-<seq>`. */
  readonly seq: number;
  readonly maglevds: readonly Maglevd[];
  /** By id; those that were never heard have none. */
  readonly pictures: Readonly<Record<string, Picture>>;
}

/** The same of one. `seq`: changes of it in messages up to this number are in it, and must not be applied again. */
export interface PictureAnswer {
  readonly epoch: string;
  readonly seq: number;
  readonly maglevd: Maglevd;
  /** null: it was never heard. */
  readonly picture: Picture | null;
}

/** What it planned, and what became of it. */
export interface SyncAnswer {
  readonly sync: Sync;
  readonly operations: readonly {
    readonly operation: string;
    readonly reason: string;
    /** `done`, `failed` or `not-sent`. */
    readonly outcome: string;
    readonly code: string;
    readonly message: string;
    readonly at: number;
  }[];
  /** So many more are not kept. */
  readonly omitted: number;
}

/** Oldest first. At most 10,000 events of each maglevd are kept. */
export interface TimelineAnswer {
  readonly events: readonly TimelineEvent[];
  /** Before this time nothing is kept, or something is missing. */
  readonly completeSince: number;
  /** More than `limit` (default and at most 2,000) were asked for: the newest are there. */
  readonly cut: boolean;
}

/** The last 15 minutes of each server of a frontend: one number for every `stepMs`, oldest first, the last one ends at `end`. */
export interface HistoryAnswer {
  readonly end: number;
  readonly stepMs: number;
  readonly servers: readonly {
    readonly backend: string;
    readonly address: string;
    /** null: nothing was read in that time. */
    readonly packetsPerSecond: readonly (number | null)[];
    readonly bytesPerSecond: readonly (number | null)[];
  }[];
}

/** What is known of the probes of one backend since it came into the config. Ask again to follow it: once a second is plenty. */
export interface ProbesAnswer {
  readonly backend: string;
  readonly results: number;
  readonly byCode: readonly { readonly code: string; readonly count: number }[];
  /** How many took at most so many ms, and longer than the bucket before; the last has null: longer than all. */
  readonly buckets: readonly { readonly atMostMs: number | null; readonly count: number }[];
  readonly durationSumMs: number;
  /** The last ones, newest first, at most 64. */
  readonly last: readonly {
    readonly at: number;
    readonly durationMs: number;
    readonly code: string;
    /** `pass`, `fail` or `doubt`. */
    readonly verdict: string;
  }[];
}

/** The text of `maglevc explain backend`, line by line. */
export interface ExplainAnswer {
  readonly lines: readonly string[];
}
