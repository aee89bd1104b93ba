/**
 * A first-in first-out queue on a ring: push and shift take constant time and no allocation once it has grown.
 * Elements are anything but undefined.
 */
export class Fifo<T> {
  #slots: (T | undefined)[] = [];
  /** Where the oldest is. */
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(element: T): void {
    if (this.#size === this.#slots.length) this.#resize(Math.max(4, this.#size * 2));
    this.#slots[(this.#head + this.#size) % this.#slots.length] = element;
    this.#size += 1;
  }

  /** Takes the oldest element; undefined when there is none. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const element = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#slots.length;
    this.#size -= 1;
    // A burst must not keep its memory for ever; the floor avoids growing and shrinking all the time.
    if (this.#slots.length > 1024 && this.#size * 4 < this.#slots.length)
      this.#resize(this.#slots.length / 2);
    return element;
  }

  /** Takes out every element for which `unwanted` holds, in order; the others keep their order. */
  remove(unwanted: (element: T) => boolean): T[] {
    const removed: T[] = [];
    for (let left = this.#size; left > 0; left -= 1) {
      const element = this.shift();
      if (element === undefined) break;
      if (unwanted(element)) removed.push(element);
      else this.push(element);
    }
    return removed;
  }

  #resize(capacity: number): void {
    const slots = new Array<T | undefined>(capacity);
    for (let i = 0; i < this.#size; i += 1) slots[i] = this.#slots[(this.#head + i) % this.#slots.length];
    this.#slots = slots;
    this.#head = 0;
  }
}
