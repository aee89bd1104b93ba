/** One timer of a TimerHeap. */
export interface Timer {
  readonly due: number;
  readonly run: () => void;
}

interface Entry extends Timer {
  /** Breaks ties: timers of one moment fire in the order in which they were set. */
  readonly order: number;
  /** Place in the heap; -1 when it has left it. */
  index: number;
}

/** Timers by the moment they are due: a binary heap from which any timer can be taken out again. */
export class TimerHeap {
  readonly #heap: Entry[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The next timer, which stays. */
  peek(): Timer | undefined {
    return this.#heap[0];
  }

  /** The next timer, which leaves. */
  pop(): Timer | undefined {
    const first = this.#heap[0];
    if (first !== undefined) this.#takeOut(first);
    return first;
  }

  /** Returns what takes the timer out again; it does nothing once the timer has left. */
  add(due: number, run: () => void): () => void {
    const entry: Entry = { due, run, order: this.#order, index: this.#heap.length };
    this.#order += 1;
    this.#heap.push(entry);
    this.#up(entry);
    return () => {
      if (entry.index >= 0) this.#takeOut(entry);
    };
  }

  #takeOut(entry: Entry): void {
    const last = this.#heap.pop();
    const hole = entry.index;
    entry.index = -1;
    if (last === undefined || last === entry) return;
    this.#place(last, hole);
    this.#up(last);
    this.#down(last);
  }

  #up(entry: Entry): void {
    while (entry.index > 0) {
      const parent = this.#heap[(entry.index - 1) >> 1];
      if (parent === undefined || !before(entry, parent)) return;
      this.#swap(entry, parent);
    }
  }

  #down(entry: Entry): void {
    for (;;) {
      const left = this.#heap[2 * entry.index + 1];
      const right = this.#heap[2 * entry.index + 2];
      const child = left !== undefined && right !== undefined && before(right, left) ? right : left;
      if (child === undefined || !before(child, entry)) return;
      this.#swap(entry, child);
    }
  }

  #swap(a: Entry, b: Entry): void {
    const index = a.index;
    this.#place(a, b.index);
    this.#place(b, index);
  }

  #place(entry: Entry, index: number): void {
    entry.index = index;
    this.#heap[index] = entry;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}
