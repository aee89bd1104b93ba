import type { Cancel, Clock } from '../../protocol/clock.js';
import type { FreeLogger } from '../../protocol/log.js';
import type { LbState } from '../lb/lb-state.js';
import { type ListenPoint, listenPointsOf } from './listen-points.js';
import { type Listener, listenFor, type Relayed } from './listener.js';
import type { LivePackets } from './live-packets.js';

/** An address may come to this machine later, and idle connections shall go. */
const SWEEP_MS = 5000;
/** So many are remembered as told; a VPP with more VIPs than that may tell one twice. */
const TOLD_MAX = 10_000;

export interface ForwarderOptions {
  /** The plugin that runs now, or null. */
  readonly lb: () => LbState | null;
  readonly packets: LivePackets;
  readonly clock: Clock;
  readonly log: FreeLogger;
}

/** A VIP as it is forwarded. */
export interface Forwarded {
  readonly name: string;
  readonly relayed: Relayed;
}

/** A VIP that is not forwarded. */
export interface NotForwarded {
  readonly vip: string;
  readonly why: string;
}

/** Listens for the VIPs of a VPP whose addresses are on this machine, and relays what comes to their servers. */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #listeners = new Map<string, { readonly listener: Listener; listening: boolean }>();
  /** VIPs that are gone, whose connections may be there still. */
  readonly #closed = new Set<Listener>();
  readonly #why = new Map<string, string>();
  readonly #told = new Map<string, string>();
  #suspended = false;
  #lookSoon = false;
  #cancelSweep: Cancel;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#cancelSweep = this.#sweepLater();
  }

  /** VIPs have come or gone. They are looked at when all of a request is done. */
  vipsChanged(): void {
    if (this.#lookSoon) return;
    this.#lookSoon = true;
    queueMicrotask(() => {
      this.#lookSoon = false;
      this.#look();
    });
  }

  /** VPP hangs: connections wait, and datagrams are lost. */
  suspend(): void {
    this.#suspended = true;
    for (const listener of this.#all()) listener.suspend();
  }

  resume(): void {
    this.#suspended = false;
    for (const listener of this.#all()) listener.resume();
  }

  /** VPP is dead: nobody listens, and what was connected is reset. */
  dropAll(): void {
    this.#suspended = false;
    for (const name of [...this.#listeners.keys()]) this.#close(name);
    for (const listener of this.#closed) listener.reset();
    this.#closed.clear();
    this.#why.clear();
  }

  /** For good. */
  stop(): void {
    this.#cancelSweep();
    this.dropAll();
  }

  /** What is forwarded now, and what is not. */
  list(): { readonly forwarded: readonly Forwarded[]; readonly not: readonly NotForwarded[] } {
    const forwarded = [...this.#listeners]
      .filter(([, { listening }]) => listening)
      .map(([name, { listener }]) => ({ name, relayed: listener.relayed() }));
    return { forwarded, not: [...this.#why].map(([vip, why]) => ({ vip, why })) };
  }

  #look(): void {
    const lb = this.#options.lb();
    if (lb === null) return;
    const { points, unheard } = listenPointsOf(lb);
    const wanted = new Set(points.map(({ name }) => name));
    for (const name of [...this.#listeners.keys()]) if (!wanted.has(name)) this.#close(name);
    const known = new Set([...wanted, ...unheard.map(({ vip }) => vip)]);
    for (const vip of [...this.#why.keys()]) if (!known.has(vip)) this.#why.delete(vip);
    for (const { vip, why } of unheard) this.#cannot(vip, why);
    for (const point of points) if (!this.#listeners.has(point.name)) this.#open(point);
  }

  #open(point: ListenPoint): void {
    const { packets, clock, log } = this.#options;
    const { name } = point;
    const listener = listenFor(
      {
        point,
        packets,
        clock,
        onListening: () => {
          const entry = this.#listeners.get(name);
          if (entry?.listener !== listener) return;
          entry.listening = true;
          this.#why.delete(name);
          this.#told.delete(name);
          log.log('info', 'vppsim-forward', { vip: name });
        },
        onFailure: (why) => {
          if (this.#listeners.get(name)?.listener !== listener) return;
          this.#listeners.delete(name);
          listener.close();
          listener.reset();
          this.#cannot(name, why);
        },
      },
      this.#suspended,
    );
    this.#listeners.set(name, { listener, listening: false });
  }

  #close(name: string): void {
    const entry = this.#listeners.get(name);
    if (entry === undefined) return;
    this.#listeners.delete(name);
    entry.listener.close();
    this.#closed.add(entry.listener);
    if (entry.listening) this.#options.log.log('info', 'vppsim-forward-end', { vip: name });
  }

  #cannot(vip: string, why: string): void {
    this.#why.set(vip, why);
    if (this.#told.get(vip) === why) return;
    if (this.#told.size >= TOLD_MAX) this.#told.clear();
    this.#told.set(vip, why);
    this.#options.log.log('warn', 'vppsim-not-forwarded', { vip, cause: why });
  }

  #all(): Listener[] {
    return [...[...this.#listeners.values()].map(({ listener }) => listener), ...this.#closed];
  }

  #sweepLater(): Cancel {
    return this.#options.clock.schedule(SWEEP_MS, () => {
      this.#cancelSweep = this.#sweepLater();
      for (const listener of this.#all()) listener.sweep();
      for (const listener of this.#closed) if (listener.relayed().now === 0) this.#closed.delete(listener);
      this.#look();
    });
  }
}
