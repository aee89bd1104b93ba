import { PROMPT_MS, type VppHeard } from './vpp-heard.js';

interface Waiting<Asker> {
  readonly asker: Asker;
  readonly at: number;
  /** Pings that had been sent by then. */
  readonly pings: number;
}

/**
 * Whether one connected VPP lives, for all who ask. One ping at a time serves all who asked before it was sent. A VPP
 * that is busy with long answers to others lives as well: every word of it counts. Whoever sends the pings tells what
 * comes of them, and gets those who are answered by that: with `heard`. Moments are monotonic milliseconds.
 */
export class Heartbeat<Asker> {
  readonly #connectedAt: number;
  /** Since when it has answered at once. */
  #heardSince: number;
  #silentSince: number | null = null;
  #pinging = false;
  #pings = 0;
  /** When it was last listened for something: at the sending of the ping, or at VPP's last word after that. */
  #listeningSince = 0;
  #waiting: Waiting<Asker>[] = [];

  constructor(connectedAt: number) {
    this.#connectedAt = connectedAt;
    this.#heardSince = connectedAt;
  }

  /** Since when VPP has been silent; null = it is not known to be. */
  get silentSince(): number | null {
    return this.#silentSince;
  }

  get heard(): VppHeard {
    return this.#silentSince === null
      ? { state: 'heard', connectedAt: this.#connectedAt, since: this.#heardSince }
      : { state: 'silent', since: this.#silentSince };
  }

  /** When VPP is late, if it says nothing more until then. */
  get lateAt(): number {
    return this.#listeningSince + PROMPT_MS;
  }

  /** Whoever asks while VPP is known to be silent is answered at once: then it gives him back. A ping is to be sent. */
  ask(asker: Asker, now: number): readonly Asker[] {
    if (this.#silentSince !== null) return [asker];
    this.#waiting.push({ asker, at: now, pings: this.#pings });
    return [];
  }

  /** A ping is to be sent; false: one is under way. */
  ping(now: number): boolean {
    if (this.#pinging) return false;
    this.#pinging = true;
    this.#pings++;
    this.#listeningSince = now;
    return true;
  }

  /** No answer in time; but it may have said something else at `lastWord`, and then is listened to from there on. */
  late(lastWord: number): { readonly answered: readonly Asker[]; readonly listens: boolean } {
    if (lastWord <= this.#listeningSince) return { answered: this.#silent(), listens: false };
    this.#listeningSince = lastWord;
    return { answered: this.#answer(({ at }) => at < lastWord), listens: true };
  }

  /** It has answered; `again`: somebody asked after that ping. */
  ponged(now: number): { readonly answered: readonly Asker[]; readonly again: boolean } {
    this.#pinging = false;
    if (this.#silentSince !== null) {
      this.#silentSince = null;
      this.#heardSince = now;
    }
    const answered = this.#answer(({ pings }) => pings < this.#pings);
    return { answered, again: this.#waiting.length > 0 };
  }

  /** It did not answer in all the time that a request may take, or the connection has ended. */
  failed(): readonly Asker[] {
    this.#pinging = false;
    return this.#silent();
  }

  /** The connection has ended: those who wait are answered by somebody else. */
  end(): readonly Asker[] {
    return this.#answer(() => true);
  }

  #silent(): readonly Asker[] {
    this.#silentSince ??= this.#listeningSince;
    return this.#answer(() => true);
  }

  #answer(whom: (one: Waiting<Asker>) => boolean): readonly Asker[] {
    const answered = this.#waiting.filter(whom);
    this.#waiting = this.#waiting.filter((one) => !whom(one));
    return answered.map(({ asker }) => asker);
  }
}
