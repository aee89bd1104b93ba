import type { Clock } from '../protocol/clock.js';

/** What lasts for less, in ms, is no disagreement: two maglevds see a server die at different moments. */
const LASTS_MS = 5000;

interface Seen {
  /** On the monotonic scale of the clock. */
  readonly since: number;
}

/** Where two maglevds send new flows of the same frontend elsewhere, and have done so for a while. */
export class Disagreements {
  readonly #clock: Clock;
  #seen = new Map<string, Seen>();
  #now = new Map<string, Seen>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What is not seen from here to `end` is over. */
  begin(): void {
    this.#now = new Map();
  }

  /** Those of the frontends for which this has been so for long enough. */
  lasting(maglevd: string, other: string, frontends: readonly string[]): readonly string[] {
    const now = this.#clock.monotonic();
    return frontends.filter((frontend) => {
      const key = JSON.stringify([maglevd, other, frontend]);
      const seen = this.#seen.get(key) ?? { since: now };
      this.#now.set(key, seen);
      return now - seen.since >= LASTS_MS;
    });
  }

  /** Gives in how many ms another one may have lasted for long enough; null: none is waited for. */
  end(): number | null {
    this.#seen = this.#now;
    const now = this.#clock.monotonic();
    const waits = [...this.#seen.values()].map(({ since }) => since + LASTS_MS - now).filter((ms) => ms > 0);
    return waits.length === 0 ? null : Math.min(...waits);
  }
}
