/** Which lengths the prefixes of one family have, so that a lookup tries no others. */
export class PrefixLengths {
  readonly #max: number;
  readonly #counts = new Map<number, number>();
  #sorted: readonly number[] | null = null;

  /** Lengths above `max` are no lengths, and are left out. */
  constructor(max: number) {
    this.#max = max;
  }

  add(length: number): void {
    if (length > this.#max) return;
    this.#counts.set(length, (this.#counts.get(length) ?? 0) + 1);
    this.#sorted = null;
  }

  remove(length: number): void {
    const count = this.#counts.get(length) ?? 0;
    if (count > 1) this.#counts.set(length, count - 1);
    else this.#counts.delete(length);
    this.#sorted = null;
  }

  longestFirst(): readonly number[] {
    this.#sorted ??= [...this.#counts.keys()].sort((a, b) => b - a);
    return this.#sorted;
  }
}
