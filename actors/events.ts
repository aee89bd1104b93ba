import { MaglevError } from '../domain/errors.js';
import { type EventFilter, levelRanks, lowestLevel, wants } from '../domain/event-filter.js';
import { EventMemory, type EventPosition } from '../domain/event-memory.js';
import { EventQueue } from '../domain/event-queue.js';
import type { LogLevel, ToldEvent } from '../domain/events.js';
import type { Address, Reply } from '../protocol/address.js';
import type {
  EventBatch,
  EventList,
  EventsRequest,
  EventTold,
  ListenToEvents,
  Subscribed,
} from '../protocol/events.js';
import type { ActorSpec, Context } from './kernel/contract.js';

/** Events that wait for one subscriber. */
const QUEUE = 5000;
/** Events in one answer. */
const BATCH = 500;

/** Collects nothing, for whoever runs the tree without a teller of events. */
export function noEvents(): EventsOptions {
  return { source: { name: 'silence', tell: () => true }, memory: new EventMemory('none') };
}

export interface EventsOptions {
  readonly source: Address<ListenToEvents>;
  /** Outlives a crash of the actor: its subscribers do not, and are told. */
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
      case 'get-condition': {
        const { epoch, lost } = this.#options.memory;
        message.reply.ok({ epoch, subscribers: this.#subscribers.size, lost });
        break;
      }
    }
  }

  #list(count: number): EventList {
    const { memory } = this.#options;
    return { epoch: memory.epoch, events: memory.latest(count) };
  }

  #told(told: ToldEvent): void {
    this.#options.memory.keep(told);
    for (const subscriber of this.#subscribers.values()) {
      if (!wants(subscriber.filter, told)) continue;
      const { queue } = subscriber;
      const { lost } = queue;
      queue.push(told);
      this.#options.memory.lost += queue.lost - lost;
      answer(subscriber);
    }
  }

  #subscribe(filter: EventFilter, since: EventPosition | null): Subscribed {
    const { memory } = this.#options;
    const { missed, ...begin } = memory.recall(filter, since);
    const queue = new EventQueue(QUEUE);
    for (const told of missed) queue.push(told);
    const id = ++this.#lastId;
    this.#subscribers.set(id, { filter, queue, asking: null });
    this.#listen();
    return { id, epoch: memory.epoch, ...begin };
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
