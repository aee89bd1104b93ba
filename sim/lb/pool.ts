/**
 * VPP's pool: numbered slots, of which the last one freed is the first one taken again. A slot keeps its contents when it
 * is freed and is handed out with them, so whatever its next owner does not set is a leftover of the last one.
 */
export class Pool<T> {
  readonly #slots: { value: T; used: boolean }[] = [];
  readonly #free: number[] = [];

  /** How many slots are in use. */
  get size(): number {
    return this.#slots.length - this.#free.length;
  }

  /** How many slots there are, used or not. */
  get capacity(): number {
    return this.#slots.length;
  }

  /** Takes a slot. `blank` makes the contents of one that was never used; the others come as they were left. */
  take(blank: () => T): { readonly index: number; readonly value: T } {
    const index = this.#free.pop() ?? this.#slots.length;
    const slot = this.#slots[index] ?? { value: blank(), used: false };
    slot.used = true;
    this.#slots[index] = slot;
    return { index, value: slot.value };
  }

  put(index: number): void {
    const slot = this.#slots[index];
    if (slot === undefined || !slot.used) throw new RangeError(`pool slot ${index} is not in use`);
    slot.used = false;
    this.#free.push(index);
  }

  /** The contents of a slot in use, or undefined. */
  get(index: number): T | undefined {
    const slot = this.#slots[index];
    return slot?.used ? slot.value : undefined;
  }

  /** Slots in use, in the order of their numbers. Slots may be freed meanwhile. */
  *entries(): Generator<[index: number, value: T]> {
    for (let index = 0; index < this.#slots.length; index++) {
      const slot = this.#slots[index];
      if (slot?.used) yield [index, slot.value];
    }
  }

  *values(): Generator<T> {
    for (const slot of this.#slots) if (slot.used) yield slot.value;
  }
}
