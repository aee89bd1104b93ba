import { MaglevError } from '../domain/errors.js';
import { EventAudience, type Served } from '../domain/event-audience.js';
import type { EventMemory } from '../domain/event-memory.js';
import type { LogLevel } from '../domain/events.js';
import type { Address, Reply } from '../protocol/address.js';
import type { EventBatch, EventsRequest, EventTold, ListenToEvents } from '../protocol/events.js';
import type { ActorSpec, Context } from './kernel/contract.js';
import { byType, Life } from './life.js';

export interface EventsOptions {
  readonly source: Address<ListenToEvents>;
  /** Outlives a crash of the actor: its subscribers do not, and are told. */
  readonly memory: EventMemory;
}

/** Keeps the last events, and hands them to subscribers at the pace of each. */
export function eventsActor(options: EventsOptions): ActorSpec<EventTold | EventsRequest> {
  return { name: 'events', start: (context) => new Events(context, options) };
}

class Events extends Life<EventTold | EventsRequest, EventsOptions> {
  readonly #audience = new EventAudience<Reply<EventBatch>>(this.options.memory);
  /** null: the source has not been told of us. */
  #level: LogLevel | null = null;

  constructor(context: Context<EventTold | EventsRequest>, options: EventsOptions) {
    super(context, options);
    this.#listen();
  }

  readonly receive = byType<EventTold | EventsRequest>({
    told: ({ told }) => serve(this.#audience.told(told)),
    subscribe: ({ filter, since, reply }) => {
      const { epoch } = this.options.memory;
      const subscribed = { ...this.#audience.admit(filter, since), epoch };
      // Who has gone meanwhile cannot end what he does not know of.
      if (!reply.ok(subscribed)) this.#audience.dismiss(subscribed.id);
      this.#listen();
    },
    next: ({ id, reply }) => {
      if (!this.#audience.has(id)) {
        reply.fail(ended(`there is no subscription ${id}`));
        return;
      }
      const { before, served } = this.#audience.ask(id, reply);
      before?.fail(ended(`subscription ${id} was asked again meanwhile`));
      serve(served);
    },
    unsubscribe: ({ id }) => {
      this.#audience.dismiss(id)?.fail(ended(`subscription ${id} was ended`));
      this.#listen();
    },
    'list-events': ({ count, reply }) => {
      const { epoch } = this.options.memory;
      reply.ok({ epoch, events: this.options.memory.latest(count) });
    },
    'get-condition': ({ reply }) => {
      const { epoch, lost } = this.options.memory;
      reply.ok({ epoch, subscribers: this.#audience.size, lost });
    },
  });

  /** Asks for all that any subscriber wants, and for what is kept. */
  #listen(): void {
    const { level } = this.#audience;
    if (level === this.#level) return;
    this.#level = level;
    this.options.source.tell({ type: 'listen', collector: this.context.self, level });
  }
}

function serve(served: readonly Served<Reply<EventBatch>>[]): void {
  for (const { asker, batch } of served) asker.ok(batch);
}

function ended(text: string): MaglevError {
  return new MaglevError('MGL_SUBSCRIPTION_ENDED', text);
}
