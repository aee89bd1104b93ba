import { Heartbeat } from '../../domain/heartbeat.js';
import type { VppHeard } from '../../domain/vpp-heard.js';
import type { Reply } from '../../protocol/address.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { VppApi } from './api.js';

/**
 * How much longer is waited before VPP is called silent. When this thread was late itself, the answer may be here,
 * unread: timers come before it.
 */
const READ_MS = 5;

/** Pings one connected VPP whenever somebody asks whether it lives. */
export class Pulse {
  readonly #clock: Clock;
  readonly #api: Pick<VppApi, 'ping' | 'lastReplyAt'>;
  readonly #heartbeat: Heartbeat<Reply<VppHeard>>;
  #cancel: Cancel = () => {};

  constructor(clock: Clock, api: Pick<VppApi, 'ping' | 'lastReplyAt'>) {
    this.#clock = clock;
    this.#api = api;
    this.#heartbeat = new Heartbeat(clock.monotonic());
  }

  /** Since when VPP has been silent; null = it is not known to be. */
  get silentSince(): number | null {
    return this.#heartbeat.silentSince;
  }

  vouch(reply: Reply<VppHeard>): void {
    this.#answer(this.#heartbeat.ask(reply, this.#clock.monotonic()));
    this.ping();
  }

  /** Asks VPP for a word, unless that has been done and it has not answered yet. */
  ping(): void {
    if (!this.#heartbeat.ping(this.#clock.monotonic())) return;
    this.#listen();
    this.#api.ping().then(
      () => {
        this.#cancel();
        const { answered, again } = this.#heartbeat.ponged(this.#clock.monotonic());
        this.#answer(answered);
        if (again) this.ping();
      },
      () => {
        this.#cancel();
        this.#answer(this.#heartbeat.failed());
      },
    );
  }

  /** The connection has ended: nobody is answered by it any more. Gives those who wait. */
  end(): readonly Reply<VppHeard>[] {
    this.#cancel();
    return this.#heartbeat.end();
  }

  #listen(): void {
    this.#cancel();
    const look = () => {
      this.#cancel = this.#clock.schedule(READ_MS, () => {
        const { answered, listens } = this.#heartbeat.late(this.#api.lastReplyAt());
        this.#answer(answered);
        if (listens) this.#listen();
      });
    };
    const left = this.#heartbeat.lateAt - this.#clock.monotonic();
    this.#cancel = this.#clock.schedule(Math.max(0, left), look);
  }

  #answer(askers: readonly Reply<VppHeard>[]): void {
    for (const reply of askers) reply.ok(this.#heartbeat.heard);
  }
}
