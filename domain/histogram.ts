/** What stood behind the last observation of a bucket, as OpenMetrics shows it. */
export interface Exemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What can be written as a histogram: counts by bucket, not added up yet; the last one is what is above all bounds. */
export interface HistogramReading {
  /** Upper bounds, rising; each belongs to its bucket. */
  readonly bounds: readonly number[];
  /** One more than bounds. */
  readonly counts: ArrayLike<number>;
  readonly sum: number;
  readonly exemplars: readonly (Exemplar | undefined)[];
}

/** From one write to a VPP that does nothing else to one that builds tables for minutes. */
export const writeBounds: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];
/** From checks every 100 ms to those of a minute. */
export const detectionBounds: readonly number[] = [0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 30, 60, 120];

/** Counts how often something took how long. */
export class Histogram implements HistogramReading {
  readonly bounds: readonly number[];
  readonly counts: number[];
  readonly exemplars: (Exemplar | undefined)[] = [];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  get sum(): number {
    return this.#sum;
  }

  /** A value on a bound belongs to the bucket of that bound. */
  observe(value: number, exemplar?: Omit<Exemplar, 'value'>): void {
    const found = this.bounds.findIndex((bound) => value <= bound);
    const bucket = found < 0 ? this.bounds.length : found;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.#sum += value;
    if (exemplar !== undefined) this.exemplars[bucket] = { ...exemplar, value };
  }
}
