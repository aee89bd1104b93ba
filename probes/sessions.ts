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
  /** What the server gave last for the next handshake. */
  #ticket: Buffer | null = null;
  #valid: Validity | null = null;
  /** Handshakes since a whole one was good, that one included. */
  #made = 0;

  /** Of so many handshakes one is whole; 1: each. */
  constructor(every: number) {
    this.#every = every;
  }

  /** Is it worth waiting for a ticket? */
  get isWaiting(): boolean {
    return this.#every > 1 && this.#ticket === null;
  }

  /** What the next handshake may resume; null: it is to be a whole one. `now` in milliseconds since the epoch. */
  offer(now: number): Buffer | null {
    const valid = this.#valid;
    const isGood = valid !== null && valid.from <= now && now <= valid.until && this.#made < this.#every;
    // What comes behind a whole handshake must not begin with the ticket of one before.
    if (!isGood) this.#ticket = null;
    return this.#ticket;
  }

  /** The server gave it over a handshake that was good, or may be yet. */
  given(ticket: Buffer): void {
    if (this.#every > 1) this.#ticket = ticket;
  }

  /** A whole handshake was good, with certificates that are valid so long; `ticket`: what the server gave in it, if anything yet. */
  whole(valid: Validity, ticket: Buffer | null): void {
    this.#valid = valid;
    this.#made = 1;
    // One of before is dead, or it would not have been a whole handshake.
    this.#ticket = ticket;
  }

  resumed(): void {
    this.#made++;
  }

  /** The next handshake is a whole one, whatever is given meanwhile. */
  forget(): void {
    this.#ticket = null;
    this.#valid = null;
  }
}
