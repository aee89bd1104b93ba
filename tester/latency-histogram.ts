import type { Percentiles } from './latency-window.js';

/** Buckets that a factor of two is parted into: no value differs from the bound of its bucket by more than a 36th. */
const PER_OCTAVE = 25;
/** Milliseconds; what is below is in the first bucket, what is above the last bound in the last one. */
const LOWEST = 0.01;
const OCTAVES = 24;
const BUCKETS = OCTAVES * PER_OCTAVE + 2;

/** A line of a histogram for people. */
export interface HistogramLine {
  /** Milliseconds: the values of this line are above the first and not above the second one, but for the width of a bucket. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** What all probes of a run took, in milliseconds, in memory that does not grow. */
export class LatencyHistogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  add(value: number): void {
    const bucket = bucketOf(value);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count++;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  addAll(other: LatencyHistogram): void {
    for (let i = 0; i < BUCKETS; i++) this.#counts[i] = (this.#counts[i] ?? 0) + (other.#counts[i] ?? 0);
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  mean(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }

  /** As LatencyWindow has it, but for the width of a bucket: no less than the true one, and at most 3 % more. */
  percentile(share: number): number | null {
    if (this.#count === 0) return null;
    let left = Math.max(1, Math.ceil(share * this.#count));
    for (let i = 0; i < BUCKETS; i++) {
      left -= this.#counts[i] ?? 0;
      if (left <= 0) return Math.max(this.#min, Math.min(upperBound(i), this.#max));
    }
    return this.#max;
  }

  percentiles(): Percentiles | null {
    if (this.#count === 0) return null;
    const at = (share: number) => this.percentile(share) ?? 0;
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: this.#max };
  }

  /** From the first line with a value to the last one, in steps of 1, 2 and 5; the first is from 0 on if need be. */
  lines(): HistogramLine[] {
    if (this.#count === 0) return [];
    const lines: HistogramLine[] = [];
    let from = 0;
    for (const to of roundBounds()) {
      const count = this.#between(from, to);
      if (count > 0 || lines.length > 0) lines.push({ from, to, count });
      from = to;
      if (this.#max <= to) break;
    }
    return lines;
  }

  #between(from: number, to: number): number {
    let sum = 0;
    for (let i = 0; i < BUCKETS; i++) {
      const value = Math.min(upperBound(i), this.#max);
      if (value > from && value <= to) sum += this.#counts[i] ?? 0;
    }
    return sum;
  }
}

function bucketOf(value: number): number {
  if (!(value > LOWEST)) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log2(value / LOWEST) * PER_OCTAVE));
}

/** The largest value of a bucket. */
function upperBound(bucket: number): number {
  return bucket === BUCKETS - 1 ? Number.POSITIVE_INFINITY : LOWEST * 2 ** (bucket / PER_OCTAVE);
}

/** 0.1, 0.2, 0.5, 1, 2, 5 ... milliseconds. */
function* roundBounds(): Generator<number> {
  for (let exponent = -1; ; exponent++) {
    for (const digit of [1, 2, 5]) yield Number((digit * 10 ** exponent).toPrecision(1));
  }
}
