import type { Maglevd } from './maglevd.js';
import type { Backend, Debt, FrontendHead, Member, Sync, TimelineEvent, VipCounters } from './picture.js';

/**
 * What comes over the stream. `event` is the SSE event, `data` its JSON. Each `changes` has the id `<epoch>-<seq>`; EventSource
 * comes again with the last one by itself. `retry` is sent at the beginning, and a comment every 15 s.
 */
export type StreamMessage =
  /** The first one. `now` by the clock of maglevd-frontend. */
  | {
      readonly event: 'hello';
      readonly data: { readonly epoch: string; readonly seq: number; readonly now: number };
    }
  /** What happened within a tick of 100 ms, in order. At most one a tick. */
  | { readonly event: 'changes'; readonly data: readonly Change[] }
  /** What lies between is not kept, or this page was too slow: fetch /view/api/state, and go on from its seq. The stream ends. */
  | { readonly event: 'resync'; readonly data: { readonly why: 'forgotten' | 'restarted' | 'slow' } };

/** Each replaces the whole of what it names, so that applying one twice does no harm (events are told apart by epoch and seq). */
export type Change = { readonly maglevd: string } /** Its row of the overview, its connection. */ & (
  | { readonly kind: 'maglevd'; readonly row: Maglevd }
  /** Frontends, pools or backends came, went or moved: fetch /view/api/state/{id}, as the seq of its answer says. */
  | { readonly kind: 'refetch' }
  | { readonly kind: 'frontend'; readonly row: FrontendHead }
  | { readonly kind: 'member'; readonly frontend: string; readonly pool: string; readonly row: Member }
  | { readonly kind: 'backend'; readonly row: Backend }
  | { readonly kind: 'syncs'; readonly rows: readonly Sync[] }
  | { readonly kind: 'debts'; readonly rows: readonly Debt[] }
  /** At most once a second; of VIPs those whose figures differ from the last. */
  | { readonly kind: 'counters'; readonly at: number; readonly vips: readonly VipCounters[] }
  /** A line for the timeline. */
  | { readonly kind: 'event'; readonly row: TimelineEvent }
  /** Events are missing from here on: the maglevd forgot them, or was restarted. */
  | { readonly kind: 'gap'; readonly at: number; readonly why: string }
);
