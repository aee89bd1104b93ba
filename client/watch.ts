import type { ServiceError } from '@grpc/grpc-js';
import { type Backoff, backoffDelay } from '../domain/backoff.js';
import type { Clock } from '../protocol/clock.js';
import type { Channel } from '../rpc/channel.js';
import { type Event, MaglevService, type WatchRequest } from '../rpc/generated/maglev.js';
import type { RpcError } from '../rpc/rpc-error.js';
import { Bookmark, type Position, type StreamItem } from './position.js';

/** What to hear of; nothing = everything at info and above, and every change of a state. See `WatchRequest` of the .proto file. */
export type WatchFilter = Partial<Omit<WatchRequest, 'sinceSeq' | 'epoch'>>;

/** The stream broke, or could not be had. It is asked for again after `retryMs` milliseconds. */
export interface Disconnected {
  readonly kind: 'disconnected';
  readonly error: RpcError;
  readonly retryMs: number;
}

export type WatchItem = StreamItem | Disconnected;

export interface WatchOptions {
  /** Goes on behind this; default: from now on. */
  readonly from?: Position | undefined;
  /** Ends the iteration when it aborts, without an error. */
  readonly signal?: AbortSignal | undefined;
}

interface Watching {
  readonly channel: Channel;
  readonly clock: Clock;
  readonly request: WatchFilter;
  readonly from?: Position | undefined;
  readonly signal: AbortSignal;
}

/** Between attempts. After a stream that lasted for longer than the longest of them they begin anew. */
const retries: Backoff = { minMs: 200, maxMs: 10_000, jitter: 0.5 };

/** What another attempt would not mend. */
const final: ReadonlySet<string> = new Set([
  'INVALID_ARGUMENT',
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'UNIMPLEMENTED',
]);

/**
 * Nothing is read ahead: what the caller has not asked for yet waits at maglevd, which keeps so much and no more, and says
 * how many it dropped.
 */
export async function* watch(options: Watching): AsyncGenerator<WatchItem, void, undefined> {
  const { channel, clock, signal } = options;
  const bookmark = new Bookmark(options.from ?? null);
  let attempts = 0;
  for (;;) {
    if (signal.aborted) return;
    const began = clock.monotonic();
    const stream = channel.stream(MaglevService.watchEvents, requestOf(options.request, bookmark.wanted));
    const leave = () => stream.cancel();
    signal.addEventListener('abort', leave, { once: true });
    let error: RpcError;
    try {
      const events = stream[Symbol.asyncIterator]() as AsyncIterator<Event>;
      // What comes after the iteration has ended is nobody's.
      stream.on('error', () => undefined);
      for (;;) {
        const next = await nextOf(events, channel);
        if ('broken' in next) {
          error = next.broken;
          break;
        }
        for (const item of bookmark.hear(next.event)) yield item;
      }
    } finally {
      signal.removeEventListener('abort', leave);
      stream.cancel();
    }
    if (signal.aborted) return;
    if (final.has(error.status)) throw error;
    if (clock.monotonic() - began > retries.maxMs) attempts = 0;
    const retryMs = Math.round(backoffDelay(retries, ++attempts, clock.random()));
    yield { kind: 'disconnected', error, retryMs };
    await pause(clock, retryMs, signal);
  }
}

async function nextOf(
  events: AsyncIterator<Event>,
  channel: Channel,
): Promise<{ readonly event: Event } | { readonly broken: RpcError }> {
  try {
    const next = await events.next();
    return next.done === true ? { broken: channel.errorOf(null, 0) } : { event: next.value };
  } catch (thrown) {
    return { broken: channel.errorOf(thrown as ServiceError, 0) };
  }
}

function requestOf(request: WatchFilter, position: Position | null): WatchRequest {
  const whole = { ...MaglevService.watchEvents.requestDeserialize(Buffer.alloc(0)), ...request };
  return position === null ? whole : { ...whole, epoch: position.epoch, sinceSeq: position.seq };
}

/** Resolves after `ms`, or when the signal aborts. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.schedule(ms, end);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}
