/** Between the labels of a key: no name has it. */
const SEPARATOR = '\0';

/** Counts how often something happened, for each combination of labels. */
export class LabelledCounts {
  readonly #counts = new Map<string, { readonly labels: readonly string[]; count: number }>();

  add(labels: readonly string[], by = 1): void {
    if (by !== 0) this.counter(labels).count += by;
  }

  /** What `add` counts up, for whoever counts the same very often. It exists from now on. */
  counter(labels: readonly string[]): { count: number } {
    const key = labels.join(SEPARATOR);
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    const made = { labels, count: 0 };
    this.#counts.set(key, made);
    return made;
  }

  get(...labels: readonly string[]): number {
    return this.#counts.get(labels.join(SEPARATOR))?.count ?? 0;
  }

  /** As they are now, in the order in which they came. */
  rows(): CountRow[] {
    return [...this.#counts.values()].map(({ labels, count }) => ({ labels, count }));
  }

  /** Forgets those of which nobody asks any more. */
  keep(is: (labels: readonly string[]) => boolean): void {
    for (const [key, { labels }] of this.#counts) if (!is(labels)) this.#counts.delete(key);
  }
}

export interface CountRow {
  readonly labels: readonly string[];
  readonly count: number;
}
