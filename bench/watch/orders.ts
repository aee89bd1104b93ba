/** What the process that tells events is told to do. */
export type Order =
  | { readonly type: 'tell'; readonly rate: number; readonly seconds: number }
  | { readonly type: 'report' };

/** What it found meanwhile. */
export interface Report {
  /** Of the heap, and what belongs to it outside, after a collection. */
  readonly bytes: number;
  readonly rss: number;
  readonly descriptors: number;
  /** How late a timer of an actor was told, in milliseconds. */
  readonly lateMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Part of one CPU. */
  readonly cpu: number;
}

/** What the process of the subscribers is told to do. */
export type CrowdOrder =
  | { readonly type: 'subscribe'; readonly count: number }
  | { readonly type: 'count' }
  /** They take nothing any more, or again. */
  | { readonly type: 'sleep' }
  | { readonly type: 'wake' }
  | { readonly type: 'leave' };

/** What the subscribers got since the last question. */
export interface CrowdReport {
  readonly subscribers: number;
  /** Events, over all of them. */
  readonly heard: number;
  /** Events that they were told to have been dropped. */
  readonly lost: number;
  /** How many were told so. */
  readonly lagged: number;
  /** From the moment of an event to that when the last subscriber had it, in milliseconds. */
  readonly lastMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Streams that ended by themselves. */
  readonly ended: number;
}
