/**
 * A first-in first-out queue on a ring: push and shift take constant time and no allocation once it has grown.
 * Every element has a ticket, its number since the queue was made, by which it can be replaced in its place.
 * Elements are anything but undefined.
 */
export class Fifo<T> {
  #slots: (T | undefined)[] = [undefined, undefined, undefined, undefined];
  /** Ticket of the head. */
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Appends, and returns the ticket of the element. */
  push(element: T): number {
    if (this.#size === this.#slots.length) this.#resize(this.#size * 2);
    const ticket = this.#head + this.#size;
    this.#slots[ticket % this.#slots.length] = element;
    this.#size += 1;
    return ticket;
  }

  /** Takes the oldest element; undefined when there is none. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const slot = this.#head % this.#slots.length;
    const element = this.#slots[slot];
    this.#slots[slot] = undefined;
    this.#head += 1;
    this.#size -= 1;
    // A burst must not keep its memory for ever; the floor avoids growing and shrinking all the time.
    if (this.#slots.length > 1024 && this.#size * 4 < this.#slots.length)
      this.#resize(this.#slots.length / 2);
    return element;
  }

  /** Puts `element` in the place of the one that holds `ticket`, and returns that one. */
  replace(ticket: number, element: T): T {
    const slot = ticket % this.#slots.length;
    const before = this.#slots[slot];
    if (ticket < this.#head || ticket >= this.#head + this.#size || before === undefined) {
      throw new RangeError(`ticket ${ticket} is not in the queue`);
    }
    this.#slots[slot] = element;
    return before;
  }

  #resize(capacity: number): void {
    const slots = new Array<T | undefined>(capacity);
    for (let ticket = this.#head; ticket < this.#head + this.#size; ticket += 1) {
      slots[ticket % capacity] = this.#slots[ticket % this.#slots.length];
    }
    this.#slots = slots;
  }
}
