import type { MaglevConfig } from '../domain/config.js';
import type { EventFilter } from '../domain/event-filter.js';
import type { EventTally } from '../metrics/event-tally.js';
import type { Family } from '../metrics/family.js';
import { gather, type MetricSources, runningConfig } from '../metrics/gather.js';
import { AnswerForAll } from '../metrics/http/scrapes.js';
import type { MetricsServer, MetricsServerOptions } from '../metrics/http/server.js';
import { liveness, readiness } from '../metrics/readiness.js';
import { familiesOf } from '../metrics/report.js';
import type { Surroundings } from '../metrics/snapshot.js';
import type { Address } from '../protocol/address.js';
import type { EventBatch } from '../protocol/events.js';
import type { RoundTripRequest } from '../protocol/service.js';
import type { ActorSpec, Context } from './kernel/contract.js';
import { byType, Life } from './life.js';

/** How metrics are served; null of it: nowhere. */
export interface MetricsOptions {
  readonly surroundings: Surroundings;
  readonly serve: (options: Omit<MetricsServerOptions, 'addresses'>) => MetricsServer;
}

export interface MetricsActorOptions extends MetricsOptions {
  readonly sources: MetricSources;
  readonly root: Address<RoundTripRequest>;
  /** What events added up to so far. It outlives this actor. */
  readonly tally: EventTally;
}

type MetricsMessage =
  | { readonly type: 'listen' }
  | { readonly type: 'subscribed' }
  | { readonly type: 'heard'; readonly batch: EventBatch }
  | { readonly type: 'unheard' }
  | { readonly type: 'config'; readonly config: MaglevConfig | null };

const RETRY_MS = 1000;

/**
 * As the log has them, and every change of a state. To ask for kinds of events by name would make maglevd tell
 * everything at debug, and pay for it.
 */
const filter: EventFilter = {
  level: 'info',
  topics: new Set(['backend', 'frontend', 'vpp', 'sync', 'config']),
  names: null,
  events: new Set(),
};

/** Counts what is told, and answers scrapes from what others know. Nobody works for it but when somebody scrapes. */
export function metricsActor(options: MetricsActorOptions): ActorSpec<MetricsMessage> {
  return { name: 'metrics', start: (context) => new Metrics(context, options) };
}

class Metrics extends Life<MetricsMessage, MetricsActorOptions> {
  readonly #server: MetricsServer;
  #subscription: number | null = null;

  constructor(context: Context<MetricsMessage>, options: MetricsActorOptions) {
    super(context, options);
    const { root, sources, tally } = options;
    // Who asks while an answer is being made gets that one, however many they are.
    const snapshot = new AnswerForAll(() => gather({ context, scrapes: this.#server.scrapes, ...options }));
    const live = new AnswerForAll(() => liveness(context, root));
    const ready = new AnswerForAll(() => readiness(context, sources, tally));
    const { clock, log } = context;
    this.#server = options.serve({
      gather: async (): Promise<Iterable<Family>> => familiesOf(await snapshot.get()),
      live: () => live.get(),
      ready: () => ready.get(),
      clock,
      log,
    });
    context.self.tell({ type: 'listen' });
  }

  readonly receive = byType<MetricsMessage>({
    listen: () => {
      this.#follow();
      this.context.pipe(
        this.#subscribe(),
        () => ({ type: 'subscribed' }),
        () => ({ type: 'unheard' }),
      );
    },
    subscribed: () => this.#listenOn(),
    heard: ({ batch }) => {
      this.#hear(batch);
      this.#listenOn();
    },
    unheard: () => {
      this.#subscription = null;
      this.context.after(RETRY_MS, { type: 'listen' });
    },
    config: ({ config }) => config !== null && this.options.tally.follow(config),
  });

  stop(): void {
    this.#server.stop();
    const id = this.#subscription;
    if (id !== null) this.options.sources.events.tell({ type: 'unsubscribe', id });
  }

  /** Goes on behind what was counted already, by an earlier life of this actor. */
  async #subscribe(): Promise<void> {
    const { ask } = this.context;
    const { sources, tally } = this.options;
    const { epoch } = await ask(sources.events, { type: 'get-condition' });
    const since = { epoch, seq: tally.lastSeq };
    const { id, from } = await ask(sources.events, { type: 'subscribe', filter, since });
    // Before anything else: if this actor is stopped now, it must know what to end.
    this.#subscription = id;
    tally.lost += Math.max(0, from - tally.lastSeq);
  }

  #listenOn(): void {
    const context = this.context;
    const id = this.#subscription;
    if (id === null) return;
    context.pipe(
      context.ask(this.options.sources.events, { type: 'next', id }),
      (batch) => ({ type: 'heard', batch }),
      () => ({ type: 'unheard' }),
    );
  }

  #hear({ events, lost }: EventBatch): void {
    const { surroundings, tally } = this.options;
    tally.lost += lost;
    for (const told of events) {
      tally.hear(told, surroundings.readers.probes.failingSince);
      if (told.event.name === 'config-reload-done') this.#follow();
    }
  }

  /** Who serves where, and who is there at all. */
  #follow(): void {
    const context = this.context;
    const asked = runningConfig({ context, sources: this.options.sources });
    context.pipe(
      asked.catch(() => null),
      (config) => ({ type: 'config', config }),
    );
  }
}
