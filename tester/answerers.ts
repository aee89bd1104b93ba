/** Names beyond so many are counted together: whoever answers with a new one each time is not worth more memory. */
export const ANSWERERS_MAX = 64;
/** Whoever has not answered for so long has probably been taken out. */
export const ACTIVE_MS = 5000;

/** Somebody who has answered. */
export interface Answerer {
  readonly name: string;
  readonly count: number;
  /** Has it answered within the last five seconds? */
  readonly active: boolean;
}

/** Who has answered, how often, and when for the last time. */
export class Answerers {
  readonly #known = new Map<string, { count: number; lastAt: number }>();
  #others = 0;

  /** `at` and `now`: milliseconds of a clock that never goes back. */
  heard(name: string, at: number): void {
    const known = this.#known.get(name);
    if (known !== undefined) {
      known.count++;
      known.lastAt = at;
    } else if (this.#known.size < ANSWERERS_MAX) this.#known.set(name, { count: 1, lastAt: at });
    else this.#others++;
  }

  /** Answers of those whose names are not kept. */
  get others(): number {
    return this.#others;
  }

  /** Sorted by name, so that nobody moves while they are looked at. */
  list(now: number): Answerer[] {
    return [...this.#known]
      .map(([name, { count, lastAt }]) => ({ name, count, active: now - lastAt < ACTIVE_MS }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
