import { promptMs, type VppHeard } from '../../domain/vpp-heard.js';
import type { Reply } from '../../protocol/address.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { VppApi } from './api.js';

/**
 * How much longer is waited before VPP is called silent. When this thread was late itself, the answer may be here,
 * unread: timers come before it.
 */
const READ_MS = 5;

interface Asker {
  readonly reply: Reply<VppHeard>;
  readonly at: number;
  /** Pings that had been sent by then. */
  readonly pings: number;
}

/**
 * Listens whether one connected VPP lives, whenever somebody asks. One ping at a time serves all who asked before it
 * was sent. A VPP that is busy with long answers to others lives as well: every word of it counts.
 */
export class Pulse {
  readonly #clock: Clock;
  readonly #api: Pick<VppApi, 'ping' | 'lastReplyAt'>;
  readonly #connectedAt: number;
  /** Since when it has answered at once. */
  #heardSince: number;
  #silentSince: number | null = null;
  #pinging = false;
  #pings = 0;
  /** When it was last listened for something: at the sending of the ping, or at VPP's last word after that. */
  #listeningSince = 0;
  #askers: Asker[] = [];
  #cancel: Cancel = () => {};

  constructor(clock: Clock, api: Pick<VppApi, 'ping' | 'lastReplyAt'>) {
    this.#clock = clock;
    this.#api = api;
    this.#connectedAt = clock.monotonic();
    this.#heardSince = this.#connectedAt;
  }

  /** Since when VPP has been silent; null = it is not known to be. */
  get silentSince(): number | null {
    return this.#silentSince;
  }

  vouch(reply: Reply<VppHeard>): void {
    if (this.#silentSince !== null) reply.ok(this.#heard());
    else this.#askers.push({ reply, at: this.#clock.monotonic(), pings: this.#pings });
    this.ping();
  }

  /** Asks VPP for a word, unless that has been done and it has not answered yet. */
  ping(): void {
    if (this.#pinging) return;
    this.#pinging = true;
    this.#pings++;
    this.#listen(this.#clock.monotonic());
    this.#api.ping().then(
      () => this.#ponged(),
      () => this.#failed(),
    );
  }

  /** The connection has ended: nobody is answered by it any more. Gives those who wait. */
  end(): readonly Reply<VppHeard>[] {
    this.#cancel();
    return this.#askers.splice(0).map(({ reply }) => reply);
  }

  #listen(since: number): void {
    this.#listeningSince = since;
    this.#cancel();
    const look = () => {
      this.#cancel = this.#clock.schedule(READ_MS, () => this.#late());
    };
    this.#cancel = this.#clock.schedule(Math.max(0, since + promptMs - this.#clock.monotonic()), look);
  }

  /** No answer in time; but it may have said something else meanwhile. */
  #late(): void {
    const lastWord = this.#api.lastReplyAt();
    if (lastWord > this.#listeningSince) {
      this.#answer(({ at }) => at < lastWord);
      this.#listen(lastWord);
    } else this.#silent();
  }

  #silent(): void {
    this.#silentSince ??= this.#listeningSince;
    this.#answer(() => true);
  }

  #ponged(): void {
    this.#pinging = false;
    this.#cancel();
    if (this.#silentSince !== null) {
      this.#silentSince = null;
      this.#heardSince = this.#clock.monotonic();
    }
    this.#answer(({ pings }) => pings < this.#pings);
    if (this.#askers.length > 0) this.ping();
  }

  /** VPP did not answer in all the time that a request may take, or the connection has ended. */
  #failed(): void {
    this.#pinging = false;
    this.#cancel();
    this.#silent();
  }

  #answer(whom: (asker: Asker) => boolean): void {
    const heard = this.#heard();
    const askers = this.#askers;
    this.#askers = askers.filter((asker) => !whom(asker));
    for (const asker of askers) if (whom(asker)) asker.reply.ok(heard);
  }

  #heard(): VppHeard {
    return this.#silentSince === null
      ? { state: 'heard', connectedAt: this.#connectedAt, since: this.#heardSince }
      : { state: 'silent', since: this.#silentSince };
  }
}
