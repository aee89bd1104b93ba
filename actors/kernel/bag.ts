/** Where something lies in a Bag. */
export interface Place {
  /** -1 when it has been taken out. */
  index: number;
}

/**
 * Things of some kinds in no order, each of which can be taken out again at once. There are thousands of these with one or
 * two things in them that change every second: an array is cheap then, while a Set makes a new table each time it becomes
 * empty, and one bag is smaller than one for each kind.
 */
export class Bag<K, T> {
  /** null = it is empty. */
  #places: (Place & { readonly kind: K; readonly content: T })[] | null = null;

  get size(): number {
    return this.#places?.length ?? 0;
  }

  add(kind: K, content: T): Place {
    this.#places ??= [];
    const place = { kind, content, index: this.#places.length };
    this.#places.push(place);
    return place;
  }

  /** Does nothing if it has been taken out before. */
  takeOut(place: Place): void {
    if (place.index < 0 || this.#places === null) return;
    const last = this.#places.pop();
    if (last !== undefined && last !== place) {
      last.index = place.index;
      this.#places[place.index] = last;
    }
    place.index = -1;
    if (this.#places.length === 0) this.#places = null;
  }

  /** Takes out all of this kind, and gives it. */
  empty(kind: K): T[] {
    const taken = (this.#places ?? []).filter((place) => place.kind === kind);
    for (const place of taken) this.takeOut(place);
    return taken.map(({ content }) => content);
  }
}
