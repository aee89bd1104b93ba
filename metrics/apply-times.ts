import type { MaglevConfig } from '../domain/config.js';
import type { ToldEvent } from '../domain/events.js';
import { Histogram, writeBounds } from '../domain/histogram.js';

/** Verdicts on backends of one frontend that VPP may have to be told of, with when they came. */
type Waiting = Map<string, number>;

/**
 * How long it takes from the verdict on a backend until VPP has acknowledged its weight in a frontend, from what is told
 * of both. Of masses of changes not each one is told; of those the end of the sync counts that made them. A verdict that
 * changes no weight, as in a pool that is not active, is forgotten at the end of the next sync of the frontend.
 */
export class ApplyTimes {
  readonly histogram = new Histogram(writeBounds);
  /** By frontend. */
  readonly #waiting = new Map<string, Waiting>();
  /** Weights that were told one by one since the last end of a sync, by frontend. */
  readonly #told = new Map<string, number>();
  #users: ReadonlyMap<string, readonly string[]> = new Map();
  /** By prefix, protocol and port. */
  #frontends: ReadonlyMap<string, string> = new Map();
  #addresses: ReadonlyMap<string, string> = new Map();

  follow({ frontends, backends }: MaglevConfig): void {
    const users = new Map<string, string[]>();
    for (const { name, pools } of frontends.values()) {
      for (const backend of new Set(pools.flatMap((pool) => pool.backends.map((one) => one.name)))) {
        const known = users.get(backend);
        if (known === undefined) users.set(backend, [name]);
        else known.push(name);
      }
    }
    this.#users = users;
    this.#frontends = new Map(
      [...frontends.values()].map(({ name, address, protocol, port }) => [
        `${address} ${protocol} ${port}`,
        name,
      ]),
    );
    this.#addresses = new Map([...backends.values()].map(({ name, address }) => [name, address]));
    for (const name of this.#waiting.keys()) if (!frontends.has(name)) this.#waiting.delete(name);
    this.#told.clear();
  }

  hear({ at, event }: ToldEvent): void {
    switch (event.name) {
      case 'backend-transition': {
        const { backend, from, to } = event.fields;
        if (from === to || (to !== 'up' && to !== 'down')) break;
        for (const frontend of this.#users.get(backend) ?? []) this.#waitingIn(frontend).set(backend, at);
        break;
      }
      case 'vpp-lbsync-as-weight': {
        const { prefix, protocol, port, address, error } = event.fields;
        if (error !== undefined) break;
        const frontend = this.#frontends.get(`${prefix.replace(/\/\d+$/, '')} ${protocol} ${port}`);
        if (frontend === undefined) break;
        this.#told.set(frontend, (this.#told.get(frontend) ?? 0) + 1);
        for (const backend of this.#waiting.get(frontend)?.keys() ?? []) {
          if (this.#addresses.get(backend) === address) this.#applied(frontend, backend, at);
        }
        break;
      }
      case 'vpp-lbsync-done': {
        const { scope, frontend, code, asWeightUpdated = 0 } = event.fields;
        if (code !== undefined) break;
        if (scope === 'all') {
          this.#waiting.clear();
          this.#told.clear();
        } else if (frontend !== undefined) this.#synced(frontend, asWeightUpdated, at);
        break;
      }
      case 'vpp-disconnect':
        // What follows a new connection is how long VPP was away.
        this.#waiting.clear();
        this.#told.clear();
        break;
    }
  }

  #synced(frontend: string, weights: number, at: number): void {
    let untold = weights - (this.#told.get(frontend) ?? 0);
    for (const backend of this.#waiting.get(frontend)?.keys() ?? []) {
      if (untold-- <= 0) break;
      this.#applied(frontend, backend, at);
    }
    this.#told.delete(frontend);
    this.#waiting.delete(frontend);
  }

  #applied(frontend: string, backend: string, at: number): void {
    const waiting = this.#waitingIn(frontend);
    const since = waiting.get(backend);
    waiting.delete(backend);
    if (since === undefined) return;
    this.histogram.observe(Math.max(0, at - since) / 1000, { labels: { frontend, backend }, at });
  }

  #waitingIn(frontend: string): Waiting {
    const known = this.#waiting.get(frontend);
    if (known !== undefined) return known;
    const waiting: Waiting = new Map();
    this.#waiting.set(frontend, waiting);
    return waiting;
  }
}
