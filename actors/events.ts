import { MaglevError } from '../domain/errors.js';
import { type EventFilter, levelRanks, lowestLevel, wants } from '../domain/event-filter.js';
import { EventQueue } from '../domain/event-queue.js';
import { EventRing } from '../domain/event-ring.js';
import { type LogLevel, stateKeyOf, type ToldEvent } from '../domain/events.js';
import type { Address, Reply } from '../protocol/address.js';
import type {
  EventBatch,
  EventList,
  EventPosition,
  EventsRequest,
  EventTold,
  ListenToEvents,
  Subscribed,
} from '../protocol/events.js';
import type { ActorSpec, Context } from './kernel/contract.js';

/** What is kept for those who come later: some hours of a quiet fleet, the last minutes of a bad day. */
const RING = { events: 10_000, bytes: 8 * 1024 * 1024 };
/** Events that wait for one subscriber. */
const QUEUE = 5000;
/** Events in one answer. */
const BATCH = 500;

/** What must outlive a crash of the actor: its subscribers do not, and are told. */
export interface EventMemory {
  readonly ring: EventRing;
  /** The last event of everything that has a state. */
  readonly states: Map<string, ToldEvent>;
  /** Names this life of maglevd. */
  readonly epoch: string;
  lastSeq: number;
}

export function eventMemory(epoch: string): EventMemory {
  return { ring: new EventRing(RING), states: new Map(), epoch, lastSeq: 0 };
}

/** Collects nothing, for whoever runs the tree without a teller of events. */
export function noEvents(): EventsOptions {
  return { source: { name: 'silence', tell: () => true }, memory: eventMemory('none') };
}

export interface EventsOptions {
  readonly source: Address<ListenToEvents>;
  readonly memory: EventMemory;
}

/** Keeps the last events, and hands them to subscribers at the pace of each. */
export function eventsActor(options: EventsOptions): ActorSpec<EventTold | EventsRequest> {
  return { name: 'events', start: (context) => new Events(context, options) };
}

interface Subscriber {
  readonly filter: EventFilter;
  readonly queue: EventQueue;
  /** Waits for something to come. */
  asking: Reply<EventBatch> | null;
}

class Events {
  readonly #context: Context<EventTold | EventsRequest>;
  readonly #options: EventsOptions;
  readonly #subscribers = new Map<number, Subscriber>();
  #lastId = 0;
  #level: LogLevel = 'info';

  constructor(context: Context<EventTold | EventsRequest>, options: EventsOptions) {
    this.#context = context;
    this.#options = options;
    this.#listen();
  }

  receive(message: EventTold | EventsRequest): void {
    switch (message.type) {
      case 'told':
        this.#told(message.told);
        break;
      case 'subscribe':
        message.reply.ok(this.#subscribe(message.filter, message.since));
        break;
      case 'next':
        this.#next(message.id, message.reply);
        break;
      case 'unsubscribe':
        this.#unsubscribe(message.id);
        break;
      case 'list-events':
        message.reply.ok(this.#list(message.count));
        break;
    }
  }

  #list(count: number): EventList {
    const { ring, epoch } = this.#options.memory;
    return { epoch, events: ring.latest(count) };
  }

  #told(told: ToldEvent): void {
    const { ring, states } = this.#options.memory;
    if (told.seq > 0) {
      ring.push(told);
      this.#options.memory.lastSeq = told.seq;
    }
    const state = stateKeyOf(told.event);
    if (state !== null) {
      if (isGone(told)) states.delete(state.key);
      else states.set(state.key, told);
    }
    for (const subscriber of this.#subscribers.values()) {
      if (!wants(subscriber.filter, told)) continue;
      subscriber.queue.push(told);
      answer(subscriber);
    }
  }

  #subscribe(filter: EventFilter, since: EventPosition | null): Subscribed {
    const { ring, states, epoch, lastSeq } = this.#options.memory;
    const missed = since === null || since.epoch !== epoch ? null : missedSince(ring, since.seq, lastSeq);
    const queue = new EventQueue(QUEUE);
    for (const told of missed ?? []) if (wants(filter, told)) queue.push(told);
    const id = ++this.#lastId;
    this.#subscribers.set(id, { filter, queue, asking: null });
    this.#listen();
    const current = missed === null ? [...states.values()].filter((told) => wants(filter, told)) : [];
    return {
      id,
      epoch,
      from: missed === null ? lastSeq : (since?.seq ?? lastSeq),
      resumed: since === null || missed !== null,
      states: current,
    };
  }

  #next(id: number, reply: Reply<EventBatch>): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber === undefined) {
      reply.fail(new MaglevError('MGL_SUBSCRIPTION_ENDED', `there is no subscription ${id}`));
      return;
    }
    subscriber.asking?.fail(
      new MaglevError('MGL_SUBSCRIPTION_ENDED', `subscription ${id} was asked again meanwhile`),
    );
    subscriber.asking = reply;
    answer(subscriber);
  }

  #unsubscribe(id: number): void {
    const subscriber = this.#subscribers.get(id);
    this.#subscribers.delete(id);
    subscriber?.asking?.fail(new MaglevError('MGL_SUBSCRIPTION_ENDED', `subscription ${id} was ended`));
    this.#listen();
  }

  /** Asks for all that any subscriber wants, and for what is kept. */
  #listen(): void {
    let level: LogLevel = 'info';
    for (const { filter } of this.#subscribers.values()) {
      const lowest = lowestLevel(filter);
      if (levelRanks[lowest] < levelRanks[level]) level = lowest;
    }
    const isNew = this.#lastId === 0 || level !== this.#level;
    this.#level = level;
    if (isNew) this.#options.source.tell({ type: 'listen', collector: this.#context.self, level });
  }
}

function answer(subscriber: Subscriber): void {
  const { queue, asking } = subscriber;
  if (asking === null || queue.length === 0) return;
  subscriber.asking = null;
  asking.ok(queue.take(BATCH));
}

/** null: not all of it is kept any more, or it has not happened. */
function missedSince(ring: EventRing, seq: number, lastSeq: number): readonly ToldEvent[] | null {
  if (seq === lastSeq) return [];
  return seq > lastSeq ? null : ring.since(seq);
}

/** The thing is not there any more. */
function isGone({ event }: ToldEvent): boolean {
  return (
    (event.name === 'backend-transition' || event.name === 'frontend-transition') &&
    event.fields.to === 'removed'
  );
}
