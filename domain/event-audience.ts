import { type EventFilter, levelRanks, lowestLevel, wants } from './event-filter.js';
import type { EventMemory, EventPosition, Recalled } from './event-memory.js';
import { EventQueue } from './event-queue.js';
import type { LogLevel, ToldEvent } from './events.js';

/** Events in one answer. */
const BATCH = 500;

interface Subscriber<Asker> {
  readonly filter: EventFilter;
  readonly queue: EventQueue;
  /** Waits for something to come. */
  asking: Asker | null;
}

/** Somebody who has asked for more, and what he gets. */
export interface Served<Asker> {
  readonly asker: Asker;
  readonly batch: { readonly events: readonly ToldEvent[]; readonly lost: number };
}

/** Those who listen to events, each with a queue, from which he takes at his own pace. */
export class EventAudience<Asker> {
  readonly #memory: EventMemory;
  readonly #subscribers = new Map<number, Subscriber<Asker>>();

  /** `memory`: of the last events; what is told is kept there. */
  constructor(memory: EventMemory) {
    this.#memory = memory;
  }

  get size(): number {
    return this.#subscribers.size;
  }

  /** The lowest level at which any of them must be told, and what is kept. */
  get level(): LogLevel {
    let level: LogLevel = 'info';
    for (const { filter } of this.#subscribers.values()) {
      const lowest = lowestLevel(filter);
      if (levelRanks[lowest] < levelRanks[level]) level = lowest;
    }
    return level;
  }

  /** One more; `since`: null = from now on. */
  admit(
    filter: EventFilter,
    since: EventPosition | null,
  ): Omit<Recalled, 'missed'> & { readonly id: number } {
    const { missed, ...begin } = this.#memory.recall(filter, since);
    const queue = new EventQueue(this.#memory.queue);
    for (const told of missed) queue.push(told);
    const id = this.#memory.newSubscriber();
    this.#subscribers.set(id, { filter, queue, asking: null });
    return { id, ...begin };
  }

  has(id: number): boolean {
    return this.#subscribers.has(id);
  }

  /** He asks for more. Whoever asked for him before gets nothing. */
  ask(
    id: number,
    asker: Asker,
  ): { readonly before: Asker | null; readonly served: readonly Served<Asker>[] } {
    const subscriber = this.#subscribers.get(id);
    if (subscriber === undefined) return { before: null, served: [] };
    const before = subscriber.asking;
    subscriber.asking = asker;
    return { before, served: serve(subscriber) };
  }

  /** He listens no more. Whoever asks for him gets nothing. */
  dismiss(id: number): Asker | null {
    const asking = this.#subscribers.get(id)?.asking ?? null;
    this.#subscribers.delete(id);
    return asking;
  }

  told(told: ToldEvent): readonly Served<Asker>[] {
    this.#memory.keep(told);
    const served: Served<Asker>[] = [];
    for (const subscriber of this.#subscribers.values()) {
      if (!wants(subscriber.filter, told)) continue;
      const { queue } = subscriber;
      const { lost } = queue;
      queue.push(told);
      this.#memory.lost += queue.lost - lost;
      served.push(...serve(subscriber));
    }
    return served;
  }
}

function serve<Asker>(subscriber: Subscriber<Asker>): Served<Asker>[] {
  const { queue, asking: asker } = subscriber;
  if (asker === null || queue.length === 0) return [];
  subscriber.asking = null;
  return [{ asker, batch: queue.take(BATCH) }];
}
