/** Rows of a list that are to be drawn: from `first` to before `end`. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** Where each row of a list begins, in pixels, so that only those that are seen have to exist. */
export class RowOffsets {
  readonly #tops: Float64Array;

  constructor(count: number, heightOf: (index: number) => number) {
    this.#tops = new Float64Array(count + 1);
    let top = 0;
    for (let i = 0; i < count; i++) {
      this.#tops[i] = top;
      top += heightOf(i);
    }
    this.#tops[count] = top;
  }

  get count(): number {
    return this.#tops.length - 1;
  }

  /** Pixels of all rows. */
  get total(): number {
    return this.#tops[this.count] ?? 0;
  }

  /** Where a row begins; of one behind the end, where the last one ends. */
  top(index: number): number {
    return this.#tops[Math.max(0, Math.min(index, this.count))] ?? 0;
  }

  /** The row at that height; the first or the last one beyond them. */
  at(y: number): number {
    let low = 0;
    let high = Math.max(0, this.count - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#tops[middle] ?? 0) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The rows that are seen in `height` pixels from `scrollTop` on, and `spare` more on both sides. */
  visible(scrollTop: number, height: number, spare: number): RowRange {
    if (this.count === 0) return { first: 0, end: 0 };
    return {
      first: Math.max(0, this.at(scrollTop) - spare),
      end: Math.min(this.count, this.at(scrollTop + height) + 1 + spare),
    };
  }

  /** Where to scroll so that a row is seen as a whole; `scrollTop` itself when it is already. `above` pixels are covered. */
  reveal(index: number, scrollTop: number, height: number, above = 0): number {
    const top = this.top(index);
    const bottom = this.top(index + 1);
    if (top < scrollTop + above) return Math.max(0, top - above);
    return bottom > scrollTop + height ? bottom - height : scrollTop;
  }
}
