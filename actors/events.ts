import { MaglevError } from '../domain/errors.js';
import { EventAudience, type Served } from '../domain/event-audience.js';
import { EventMemory } from '../domain/event-memory.js';
import type { LogLevel } from '../domain/events.js';
import type { Address, Reply } from '../protocol/address.js';
import type { EventBatch, EventsRequest, EventTold, ListenToEvents } from '../protocol/events.js';
import type { ActorSpec, Context } from './kernel/contract.js';

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

class Events {
  readonly #context: Context<EventTold | EventsRequest>;
  readonly #options: EventsOptions;
  readonly #audience: EventAudience<Reply<EventBatch>>;
  /** null: the source has not been told of us. */
  #level: LogLevel | null = null;

  constructor(context: Context<EventTold | EventsRequest>, options: EventsOptions) {
    this.#context = context;
    this.#options = options;
    this.#audience = new EventAudience(options.memory);
    this.#listen();
  }

  receive(message: EventTold | EventsRequest): void {
    const audience = this.#audience;
    const { epoch, lost } = this.#options.memory;
    switch (message.type) {
      case 'told':
        serve(audience.told(message.told));
        break;
      case 'subscribe': {
        const subscribed = { ...audience.admit(message.filter, message.since), epoch };
        // Who has gone meanwhile cannot end what he does not know of.
        if (!message.reply.ok(subscribed)) audience.dismiss(subscribed.id);
        this.#listen();
        break;
      }
      case 'next': {
        const { id, reply } = message;
        if (!audience.has(id)) reply.fail(ended(`there is no subscription ${id}`));
        const { before, served } = audience.ask(id, reply);
        before?.fail(ended(`subscription ${id} was asked again meanwhile`));
        serve(served);
        break;
      }
      case 'unsubscribe':
        audience.dismiss(message.id)?.fail(ended(`subscription ${message.id} was ended`));
        this.#listen();
        break;
      case 'list-events':
        message.reply.ok({ epoch, events: this.#options.memory.latest(message.count) });
        break;
      case 'get-condition':
        message.reply.ok({ epoch, subscribers: audience.size, lost });
        break;
    }
  }

  /** Asks for all that any subscriber wants, and for what is kept. */
  #listen(): void {
    const { level } = this.#audience;
    if (level === this.#level) return;
    this.#level = level;
    this.#options.source.tell({ type: 'listen', collector: this.#context.self, level });
  }
}

function serve(served: readonly Served<Reply<EventBatch>>[]): void {
  for (const { asker, batch } of served) asker.ok(batch);
}

function ended(text: string): MaglevError {
  return new MaglevError('MGL_SUBSCRIPTION_ENDED', text);
}
