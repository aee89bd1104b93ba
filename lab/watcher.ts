import type { EventBatch, Subscribed } from '../protocol/events.js';
import type { World } from './world.js';

/** Reads a batch so long after the one before. */
const READ_MS = 200;

/** Somebody who follows the events until his time is over. */
export class Watcher {
  readonly #world: World;
  readonly #number: number;
  readonly #until: number;
  /** For how long he takes nothing, in the middle of his time. */
  readonly #stopsMs: number;

  constructor(world: World, number: number, forMs: number, stopsMs: number) {
    this.#world = world;
    this.#number = number;
    this.#until = world.clock.monotonic() + forMs;
    this.#stopsMs = stopsMs;
    this.#subscribe();
  }

  #subscribe(): void {
    const { clock } = this.#world;
    if (clock.monotonic() >= this.#until) return;
    const filter = {
      level: 'info',
      topics: new Set<never>(),
      names: null,
      events: new Set<never>(),
    } as const;
    const asked = this.#world.ask<Subscribed>(
      `subscribe ${this.#number}`,
      ({ ask, events }) => ask(events, { type: 'subscribe', filter, since: null }),
      (subscribed) => {
        if (subscribed === null) {
          this.#later(() => this.#subscribe());
          return;
        }
        for (const one of this.#world.observers) one.subscribed?.(this.#number, subscribed.from);
        this.#next(subscribed.id, this.#world.process?.pid ?? 0, this.#stopsMs);
      },
    );
    if (!asked) this.#later(() => this.#subscribe());
  }

  /** A connection ends with the process that it was made to. */
  #next(id: number, pid: number, stopsMs: number): void {
    const { clock } = this.#world;
    if (this.#world.process?.pid !== pid) {
      this.#subscribe();
      return;
    }
    let isOpen = true;
    const asked = this.#world.watch(
      ({ ask, events }) => ask(events, { type: 'next', id }),
      (batch: EventBatch | null) => {
        isOpen = false;
        if (batch === null) {
          this.#later(() => this.#subscribe());
          return;
        }
        const seqs = batch.events.map(({ seq }) => seq);
        for (const one of this.#world.observers) one.watched?.(this.#number, seqs, batch.lost);
        const pause = stopsMs > 0 ? stopsMs : READ_MS;
        if (clock.monotonic() >= this.#until)
          this.#world.process?.targets?.events.tell({ type: 'unsubscribe', id });
        else clock.schedule(pause, () => this.#next(id, pid, 0));
      },
    );
    if (!asked) {
      this.#later(() => this.#subscribe());
      return;
    }
    const look = () => {
      if (!isOpen) return;
      if (this.#world.process?.pid !== pid) this.#subscribe();
      else if (clock.monotonic() < this.#until) clock.schedule(5000, look);
      else this.#world.process?.targets?.events.tell({ type: 'unsubscribe', id });
    };
    clock.schedule(5000, look);
  }

  #later(what: () => void): void {
    this.#world.clock.schedule(1000, what);
  }
}
