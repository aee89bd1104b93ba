import type { Clock } from '../../protocol/clock.js';

/** Wrong passwords within this time, in ms, that are looked at; the rest is refused unseen. */
const WITHIN_MS = 10_000;
/** Of one client: what somebody tries who has forgotten his. */
const MOST_OF_ONE = 30;
/** Of all clients together: one that has many addresses guesses no faster than so. It bounds what is kept as well. */
const MOST_OF_ALL = 1000;

interface Wrong {
  readonly client: string;
  /** On the monotonic scale of the clock. */
  readonly at: number;
}

/** Who guessed wrong lately: a client that guesses a lot is not listened to, and locks out nobody but itself. */
export class WrongPasswords {
  readonly #clock: Clock;
  /** Oldest first. */
  #lately: readonly Wrong[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(address: string): void {
    this.#lately = [...this.#lately, { client: clientOf(address), at: this.#clock.monotonic() }];
  }

  /** Is what comes from this address refused unseen? */
  tooMany(address: string): boolean {
    const since = this.#clock.monotonic() - WITHIN_MS;
    this.#lately = this.#lately.filter(({ at }) => at > since);
    if (this.#lately.length >= MOST_OF_ALL) return true;
    const client = clientOf(address);
    return this.#lately.filter((one) => one.client === client).length >= MOST_OF_ONE;
  }
}

/** Whoever has an IPv6 address has the whole /64 of it. */
function clientOf(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (!v4.includes(':')) return v4;
  const [head = '', tail = ''] = v4.replace(/%.*$/, '').split('::');
  const [left, right] = [head, tail].map((part) => (part === '' ? [] : part.split(':'))) as [
    string[],
    string[],
  ];
  const zeros = v4.includes('::') ? Array<string>(8 - left.length - right.length).fill('0') : [];
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
