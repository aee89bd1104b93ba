import type { MadeSync, SyncRecord, SyncSummary } from '../domain/syncs.js';
import type { VppRead } from '../domain/vpp-reads.js';
import type { Reply } from './address.js';

/** A sync is over. */
export interface SyncMade {
  readonly type: 'sync-made';
  readonly sync: MadeSync;
}

/** A full sync has read all that VPP has. */
export interface VppReadMade {
  readonly type: 'vpp-read';
  readonly read: VppRead;
}

export type SyncQuestion =
  /** What VPP had before the last syncs that wrote something, and when it was read last; oldest first. */
  | { readonly type: 'list-reads'; readonly reply: Reply<readonly VppRead[]> }
  /** The last ones, oldest first. */
  | { readonly type: 'list-syncs'; readonly reply: Reply<readonly SyncSummary[]> }
  /** MGL_SYNC_UNKNOWN when it is not kept any more. */
  | { readonly type: 'get-sync'; readonly id: number; readonly reply: Reply<SyncRecord> };
