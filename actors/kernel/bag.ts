/** Where something lies in a Bag. */
export interface Place<T> {
  readonly content: T;
  /** -1 when it has been taken out. */
  index: number;
}

/**
 * Things in no order, each of which can be taken out again at once. There are thousands of these with one or two things
 * in them that change every second: an array is cheap then, while a Set makes a new table each time it becomes empty.
 */
export class Bag<T> {
  readonly #places: Place<T>[] = [];

  get size(): number {
    return this.#places.length;
  }

  add(content: T): Place<T> {
    const place: Place<T> = { content, index: this.#places.length };
    this.#places.push(place);
    return place;
  }

  /** Does nothing if it has been taken out before. */
  takeOut(place: Place<T>): void {
    if (place.index < 0) return;
    const last = this.#places.pop();
    if (last !== undefined && last !== place) {
      last.index = place.index;
      this.#places[place.index] = last;
    }
    place.index = -1;
  }

  /** Takes out all, and gives it. */
  empty(): T[] {
    return this.#places.splice(0).map((place) => {
      place.index = -1;
      return place.content;
    });
  }
}
