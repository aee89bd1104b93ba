import type { MadeSync, SyncRecord, SyncSummary } from '../domain/syncs.js';
import type { Reply } from './address.js';

/** A sync is over. */
export interface SyncMade {
  readonly type: 'sync-made';
  readonly sync: MadeSync;
}

export type SyncQuestion =
  /** The last ones, oldest first. */
  | { readonly type: 'list-syncs'; readonly reply: Reply<readonly SyncSummary[]> }
  /** MGL_SYNC_UNKNOWN when it is not kept any more. */
  | { readonly type: 'get-sync'; readonly id: number; readonly reply: Reply<SyncRecord> };
