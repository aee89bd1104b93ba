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
import { limitMs, maxOpen } from './limits.js';
import { grpcStatusOf } from './status.js';
import { Turns } from './turns.js';
import type { Unary } from './unary.js';

export interface EventSources {
  readonly events: Address<EventsRequest>;
  readonly ask: Ask;
  readonly clock: Clock;
  readonly connections: Connections | null;
  /** Aborted when the server is to end. */
  readonly stopping: AbortSignal | null;
  /** Who may watch at once; default 1500. */
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
 * kept, and not in the buffers of its connection. They write in turn, so that the rest of maglevd is not kept waiting.
 */
function watching(sources: EventSources): StreamHandler<WatchRequest, Event> {
  const { connections, stopping, maxWatchers = maxOpen.watchers } = sources;
  const open = new Set<Call>();
  const turns = new Turns(sources.clock);
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
    pump(call, sources, turns, gone.signal)
      .catch((error: unknown) => end(call, error))
      .finally(() => {
        open.delete(call);
        if (connection === undefined) return;
        connection.calls--;
        connection.usedAt = sources.clock.monotonic();
      });
  };
}

async function pump(call: Call, sources: EventSources, turns: Turns, gone: AbortSignal): Promise<void> {
  const { events, ask, clock } = sources;
  const filter = filterOf(call.request);
  const since = positionOf(call.request);
  const { id, epoch, from, resumed, states } = await ask(events, { type: 'subscribe', filter, since });
  const unsubscribe = () => events.tell({ type: 'unsubscribe', id });
  gone.addEventListener('abort', unsubscribe, { once: true });
  try {
    const toMessage = messageFor(filter.topics);
    const begin = { epoch, fromSeq: BigInt(from), resumed, states: states.length };
    const first = aboutStream({ $case: 'subscribed', value: begin }, clock.now());
    await write({ call, gone, turns }, [first, ...states.map(replayMessage)]);
    while (!gone.aborted) {
      const batch = await ask(events, { type: 'next', id }, { timeoutMs: Number.POSITIVE_INFINITY });
      const lagged: Event[] = [];
      if (batch.lost > 0) {
        const count = BigInt(batch.lost);
        lagged.push(aboutStream({ $case: 'lagged', value: { count } }, clock.now()));
      }
      await write({ call, gone, turns }, [...lagged, ...batch.events.map(toMessage)]);
    }
  } finally {
    unsubscribe();
  }
}

/** Events that one watcher is written before others have their turn. */
const PIECE = 16;

/** Resolves when the client has taken so much that all of it could be written, or when it has gone. */
function write(
  { call, gone, turns }: { readonly call: Call; readonly gone: AbortSignal; readonly turns: Turns },
  events: readonly Event[],
): Promise<void> {
  return new Promise((resolve) => {
    let written = 0;
    const more = () => {
      const end = Math.min(written + PIECE, events.length);
      let taken = true;
      while (taken && written < end && !gone.aborted) {
        const event = events[written++];
        if (event !== undefined) taken = call.write(event);
      }
      if (gone.aborted) resolve();
      else if (!taken) whenTaken(call, gone, onward);
      else onward();
    };
    const onward = () => {
      if (gone.aborted || written === events.length) resolve();
      else turns.take(more);
    };
    onward();
  });
}

/** Calls back when the client has taken what was written to it, or when it has gone. */
function whenTaken(call: Call, gone: AbortSignal, then: () => void): void {
  const done = () => {
    call.off('drain', done);
    gone.removeEventListener('abort', done);
    then();
  };
  call.once('drain', done);
  gone.addEventListener('abort', done, { once: true });
}

function end(call: Call, thrown: unknown): void {
  if (call.cancelled) return;
  const error = asMaglevError(thrown);
  const over = error.code === 'MGL_SUBSCRIPTION_ENDED' || error.code === 'MGL_ACTOR_STOPPED';
  call.emit('error', over ? grpcStatusOf(error, status.UNAVAILABLE) : grpcStatusOf(error));
}
