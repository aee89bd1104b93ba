import { Wariness } from './wariness.js';

/** Milliseconds since the epoch, from when on and until when something is valid. */
export interface Validity {
  readonly from: number;
  readonly until: number;
}

/** Whatever the clock says. */
export const alwaysValid: Validity = {
  from: Number.NEGATIVE_INFINITY,
  until: Number.POSITIVE_INFINITY,
};

/**
 * The TLS session with one server, which handshakes can resume as long as a whole one has been good, at most `every - 1` of
 * them, and while the certificate that was shown in it is valid: in a resumed handshake none is shown.
 */
export class Sessions {
  readonly #every: number;
  /** What the server gave for the next handshakes. */
  #ticket: Buffer | null = null;
  /** Has a handshake begun with it? */
  #isUsed = false;
  /** Does this server take a ticket once only? */
  #takesOnce = false;
  #valid: Validity | null = null;
  readonly #wariness = new Wariness();
  /** Handshakes since a whole one was good, that one included. */
  #made = 0;

  /** Of so many handshakes one is whole; 1: each. */
  constructor(every: number) {
    this.#every = every;
  }

  /** Is it worth waiting for a ticket? */
  get isWaiting(): boolean {
    if (this.#every === 1 || !this.#wariness.trusts) return false;
    return this.#ticket === null || (this.#takesOnce && this.#isUsed);
  }

  /** Is what the server gives in a resumed handshake to be taken? Most take the same ticket again, which spares us to read another. */
  get takesNew(): boolean {
    return this.#takesOnce;
  }

  /** What the next handshake may resume; null: it is to be a whole one. `now` in milliseconds since the epoch. */
  offer(now: number): Buffer | null {
    const valid = this.#valid;
    const isGood = valid !== null && valid.from <= now && now <= valid.until && this.#made < this.#every;
    // What comes behind a whole handshake must not begin with the ticket of one before.
    if (!isGood) this.#ticket = null;
    return this.#ticket;
  }

  /** The server gave it over a handshake that was good. */
  given(ticket: Buffer): void {
    if (this.#every === 1 || !this.#wariness.trusts) return;
    this.#ticket = ticket;
    this.#isUsed = false;
  }

  /** A whole handshake was good, with certificates that are valid so long. What the server gives over it is told next. */
  whole(valid: Validity): void {
    this.#wariness.begunAnew();
    this.#valid = valid;
    this.#made = 1;
    // It took the one of before, and now it does not.
    if (this.#ticket !== null && this.#isUsed) this.#takesOnce = true;
    this.#ticket = null;
  }

  resumed(): void {
    this.#wariness.served();
    this.#made++;
    this.#isUsed = true;
  }

  /** A server that was offered it was silent, or answered otherwise than it answers others: the next handshakes are whole ones. */
  lost(): void {
    this.forget();
    this.#wariness.lost();
  }

  /** The next handshake is a whole one, whatever is given meanwhile. */
  forget(): void {
    this.#ticket = null;
    this.#valid = null;
  }
}
