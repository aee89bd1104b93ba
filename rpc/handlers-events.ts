import { status } from '@grpc/grpc-js';
import { asMaglevError, MaglevError } from '../domain/errors.js';
import type { Address, Ask } from '../protocol/address.js';
import type { Clock } from '../protocol/clock.js';
import type { EventsRequest } from '../protocol/events.js';
import type { StreamCall, StreamHandler } from './call.js';
import type { Connections } from './connections.js';
import { aboutStream, logMessage, messageFor, replayMessage } from './event-message.js';
import { filterOf, positionOf } from './event-request.js';
import type { Event, ListEventsResponse, MaglevServer, WatchRequest } from './generated/maglev.js';
import { limitMs } from './limits.js';
import { grpcStatusOf } from './status.js';
import type { Unary } from './unary.js';

export interface EventSources {
  readonly events: Address<EventsRequest>;
  readonly ask: Ask;
  readonly clock: Clock;
  readonly connections: Connections | null;
  /** Aborted when the server is to end. */
  readonly stopping: AbortSignal | null;
  /** Who may watch at once; default 4096. */
  readonly maxWatchers?: number;
}

type Call = StreamCall<WatchRequest, Event>;

/** How many events are told of when nobody says. */
const LIST_DEFAULT = 100;
const LIST_MAX = 10_000;

export function eventHandlers(
  unary: Unary,
  sources: EventSources,
): Pick<MaglevServer, 'watchEvents' | 'listEvents'> {
  return {
    watchEvents: watching(sources),
    listEvents: unary(limitMs.view, async ({ count }, ask): Promise<ListEventsResponse> => {
      const { epoch, events: told } = await ask(sources.events, {
        type: 'list-events',
        count: count === 0 ? LIST_DEFAULT : Math.min(count, LIST_MAX),
      });
      return { events: told.map(logMessage), epoch };
    }),
  };
}

/**
 * Each watcher asks for more when what it got has been taken: what it cannot take yet waits, bounded, where events are
 * kept, and not in the buffers of its connection.
 */
function watching(sources: EventSources): StreamHandler<WatchRequest, Event> {
  const { connections, stopping, maxWatchers = 4096 } = sources;
  const open = new Set<Call>();
  stopping?.addEventListener('abort', () => {
    for (const call of open) end(call, new MaglevError('MGL_ACTOR_STOPPED', 'maglevd ends'));
  });
  return (call) => {
    if (stopping?.aborted) return end(call, new MaglevError('MGL_ACTOR_STOPPED', 'maglevd ends'));
    if (open.size >= maxWatchers) {
      const text = `${open.size} watch already`;
      return end(call, new MaglevError('MGL_MAILBOX_FULL', text));
    }
    open.add(call);
    const connection = connections?.of(call.getPeer());
    if (connection !== undefined) connection.calls++;
    const gone = new AbortController();
    call.once('cancelled', () => gone.abort());
    pump(call, sources, gone.signal)
      .catch((error: unknown) => end(call, error))
      .finally(() => {
        open.delete(call);
        if (connection !== undefined) connection.calls--;
      });
  };
}

async function pump(call: Call, sources: EventSources, gone: AbortSignal): Promise<void> {
  const { events, ask, clock } = sources;
  const filter = filterOf(call.request);
  const since = positionOf(call.request);
  const { id, epoch, from, resumed, states } = await ask(events, { type: 'subscribe', filter, since });
  const unsubscribe = () => events.tell({ type: 'unsubscribe', id });
  gone.addEventListener('abort', unsubscribe, { once: true });
  try {
    const toMessage = messageFor(filter.topics);
    const begin = { epoch, fromSeq: BigInt(from), resumed, states: states.length };
    await write(call, aboutStream({ $case: 'subscribed', value: begin }, clock.now()), gone);
    for (const told of states) await write(call, replayMessage(told), gone);
    while (!gone.aborted) {
      const batch = await ask(events, { type: 'next', id }, { timeoutMs: Number.POSITIVE_INFINITY });
      if (batch.lost > 0) {
        const count = BigInt(batch.lost);
        await write(call, aboutStream({ $case: 'lagged', value: { count } }, clock.now()), gone);
      }
      for (const told of batch.events) await write(call, toMessage(told), gone);
    }
  } finally {
    unsubscribe();
  }
}

/** Resolves at once as long as the client takes what is written, otherwise when it has, or when it has gone. */
function write(call: Call, event: Event, gone: AbortSignal): Promise<void> | undefined {
  if (gone.aborted || call.write(event)) return undefined;
  return new Promise((resolve) => {
    const done = () => {
      call.off('drain', done);
      gone.removeEventListener('abort', done);
      resolve();
    };
    call.once('drain', done);
    gone.addEventListener('abort', done, { once: true });
  });
}

function end(call: Call, thrown: unknown): void {
  if (call.cancelled) return;
  const error = asMaglevError(thrown);
  const over = error.code === 'MGL_SUBSCRIPTION_ENDED' || error.code === 'MGL_ACTOR_STOPPED';
  call.emit('error', over ? grpcStatusOf(error, status.UNAVAILABLE) : grpcStatusOf(error));
}
