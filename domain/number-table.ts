interface Entry<T> {
  readonly key: number;
  readonly value: T;
}

const BUCKETS = 256;

/**
 * A map for what comes and goes all the time, by whole numbers from 0 up that follow each other. A Map would make a new
 * table every few dozen changes, and each table points to the next: once one of them has become old, the garbage
 * collector keeps everything that was in the later ones until its next full run, which then comes often. This one keeps
 * its tables.
 */
export class NumberTable<T> {
  readonly #buckets: Entry<T>[][] = Array.from({ length: BUCKETS }, () => []);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(key: number): boolean {
    return this.#bucket(key).some((entry) => entry.key === key);
  }

  get(key: number): T | undefined {
    for (const entry of this.#bucket(key)) if (entry.key === key) return entry.value;
    return undefined;
  }

  set(key: number, value: T): void {
    const bucket = this.#bucket(key);
    const place = bucket.findIndex((entry) => entry.key === key);
    if (place >= 0) bucket[place] = { key, value };
    else {
      bucket.push({ key, value });
      this.#size++;
    }
  }

  /** False: there was none. */
  delete(key: number): boolean {
    const bucket = this.#bucket(key);
    const place = bucket.findIndex((entry) => entry.key === key);
    if (place < 0) return false;
    const last = bucket.pop();
    if (last !== undefined && place < bucket.length) bucket[place] = last;
    this.#size--;
    return true;
  }

  clear(): void {
    for (const bucket of this.#buckets) bucket.length = 0;
    this.#size = 0;
  }

  /** What is in it now, in no order. */
  entries(): (readonly [number, T])[] {
    return this.#buckets.flatMap((bucket) => bucket.map(({ key, value }) => [key, value] as const));
  }

  #bucket(key: number): Entry<T>[] {
    const bucket = this.#buckets[key % BUCKETS];
    if (bucket === undefined) throw new RangeError(`${key} is not a whole number from 0 up`);
    return bucket;
  }
}
