/** What the last probes took, in milliseconds; null: there was none. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * The latest values, so many of them, and exact percentiles of these. They are kept sorted as they come and go, so that a
 * percentile is there when somebody looks.
 */
export class LatencyWindow {
  /** In the order in which they came; the oldest stands where the next one will. */
  readonly #ring: Float64Array;
  readonly #sorted: Float64Array;
  #size = 0;
  #next = 0;

  constructor(capacity: number) {
    this.#ring = new Float64Array(capacity);
    this.#sorted = new Float64Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  add(value: number): void {
    if (this.#size === this.#ring.length) this.#remove(this.#ring[this.#next] ?? 0);
    this.#ring[this.#next] = value;
    this.#next = (this.#next + 1) % this.#ring.length;
    const at = this.#placeOf(value);
    this.#sorted.copyWithin(at + 1, at, this.#size);
    this.#sorted[at] = value;
    this.#size++;
  }

  /** The smallest value that no less than this share of all values is not above (nearest rank). `share` is above 0, up to 1. */
  percentile(share: number): number | null {
    if (this.#size === 0) return null;
    return this.#sorted[Math.max(0, Math.ceil(share * this.#size) - 1)] ?? null;
  }

  percentiles(): Percentiles | null {
    if (this.#size === 0) return null;
    const at = (share: number) => this.percentile(share) ?? 0;
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
  }

  #remove(value: number): void {
    const at = this.#placeOf(value);
    this.#sorted.copyWithin(at, at + 1, this.#size);
    this.#size--;
  }

  /** Where the first value stands that is not below this one. */
  #placeOf(value: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
