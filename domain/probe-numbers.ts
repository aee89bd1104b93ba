import type { ProbeCode } from './probe-result.js';

/** All codes that a result can have. A code's place in this list is its number; new ones are added at the end. */
export const probeCodes = [
  'L4OK',
  'L6OK',
  'L7OK',
  'L4TOUT',
  'L4CON',
  'L6TOUT',
  'L6RSP',
  'L7TOUT',
  'L7RSP',
  'L7STS',
  'SOCKERR',
  'NOPERM',
  'NETNS',
  'LATE',
  'TRUST',
  'CLOCK',
  'REGEXP',
  'ENGINE',
  'VPP',
  'CANCELLED',
] as const satisfies readonly ProbeCode[];

/** A code that is missing in the list does not compile here. */
const numbers: Readonly<Record<ProbeCode, number>> = Object.fromEntries(
  probeCodes.map((code, i) => [code, i]),
) as Record<(typeof probeCodes)[number], number>;

/** Upper bounds of the buckets of durations, in milliseconds; what is above the last one is in a bucket of its own. */
export const durationBounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] as const;

/** How many results are remembered one by one. */
export const RING_SIZE = 64;

/** Backends on one page. */
export const PAGE_ROWS = 128;

const CODES = probeCodes.length;
const BUCKETS = durationBounds.length + 1;
/** Of the eight-byte numbers of a row: when the last results were, and the sum of all durations. */
const SUM = RING_SIZE;
const WIDE = RING_SIZE + 1;
/** Of the four-byte whole numbers of a row: results by code, durations by bucket, and results in all. */
const RESULTS = CODES + BUCKETS;
const WHOLE = RESULTS + 1;
const BYTES_PER_ROW = WIDE * 8 + WHOLE * 4 + RING_SIZE * 4 + RING_SIZE;

/** One result, as it is remembered. */
export interface RememberedProbe {
  /** When it came, in milliseconds since the epoch. */
  readonly at: number;
  /** What it took, in milliseconds. */
  readonly durationMs: number;
  readonly code: ProbeCode;
}

/** What can be read of the probes of one backend, since it came into the config. */
export interface ProbeReading {
  /** Results so far. */
  readonly results: number;
  /** How many had this code. */
  readonly count: (code: ProbeCode) => number;
  /** How many took at most durationBounds[i] milliseconds, and longer than the bound before; the last one: longer than all. */
  readonly bucket: (i: number) => number;
  /** Milliseconds of all results together. */
  readonly durationSumMs: number;
  /** The last results, the newest first. */
  readonly last: (limit?: number) => RememberedProbe[];
}

/**
 * The numbers of the probes of many backends, in memory that threads share: one thread writes a row, everybody reads.
 * A reader may see a result that is half written: a count without its duration, for a moment. Nothing here decides
 * anything. Counts begin again at 0 after 2^32 results.
 */
export class ProbeNumbers {
  readonly memory: SharedArrayBuffer;
  readonly #wide: Float64Array;
  readonly #whole: Uint32Array;
  readonly #durations: Float32Array;
  readonly #codes: Uint8Array;

  /** One page, by its memory as another thread has made it; a new one otherwise. */
  constructor(memory = new SharedArrayBuffer(PAGE_ROWS * BYTES_PER_ROW)) {
    this.memory = memory;
    const wholeAt = PAGE_ROWS * WIDE * 8;
    const durationsAt = wholeAt + PAGE_ROWS * WHOLE * 4;
    this.#wide = new Float64Array(memory, 0, PAGE_ROWS * WIDE);
    this.#whole = new Uint32Array(memory, wholeAt, PAGE_ROWS * WHOLE);
    this.#durations = new Float32Array(memory, durationsAt, PAGE_ROWS * RING_SIZE);
    this.#codes = new Uint8Array(memory, durationsAt + PAGE_ROWS * RING_SIZE * 4, PAGE_ROWS * RING_SIZE);
  }

  /** One more result of the backend of this row, 0 to PAGE_ROWS - 1. */
  record(row: number, code: ProbeCode, at: number, durationMs: number): void {
    const whole = row * WHOLE;
    const results = this.#whole[whole + RESULTS] ?? 0;
    const place = row * RING_SIZE + (results % RING_SIZE);
    const number = numbers[code];
    this.#wide[row * WIDE + (results % RING_SIZE)] = at;
    this.#durations[place] = durationMs;
    this.#codes[place] = number;
    this.#add(whole + number);
    this.#add(whole + CODES + bucketOf(durationMs));
    this.#wide[row * WIDE + SUM] = (this.#wide[row * WIDE + SUM] ?? 0) + durationMs;
    this.#add(whole + RESULTS);
  }

  /** The row is for another backend now. */
  clear(row: number): void {
    this.#wide.fill(0, row * WIDE, (row + 1) * WIDE);
    this.#whole.fill(0, row * WHOLE, (row + 1) * WHOLE);
  }

  read(row: number): ProbeReading {
    const whole = row * WHOLE;
    const results = this.#whole[whole + RESULTS] ?? 0;
    return {
      results,
      count: (code) => this.#whole[whole + numbers[code]] ?? 0,
      bucket: (i) => (i >= 0 && i < BUCKETS ? (this.#whole[whole + CODES + i] ?? 0) : 0),
      durationSumMs: this.#wide[row * WIDE + SUM] ?? 0,
      last: (limit = RING_SIZE) => this.#last(row, results, limit),
    };
  }

  #last(row: number, results: number, limit: number): RememberedProbe[] {
    const found: RememberedProbe[] = [];
    for (let i = 1; i <= Math.min(results, RING_SIZE, limit); i++) {
      const place = (results - i) % RING_SIZE;
      const code = probeCodes[this.#codes[row * RING_SIZE + place] ?? 0];
      if (code === undefined) continue;
      found.push({
        at: this.#wide[row * WIDE + place] ?? 0,
        durationMs: this.#durations[row * RING_SIZE + place] ?? 0,
        code,
      });
    }
    return found;
  }

  #add(index: number): void {
    this.#whole[index] = (this.#whole[index] ?? 0) + 1;
  }
}

function bucketOf(durationMs: number): number {
  let i = 0;
  while (i < durationBounds.length && durationMs > (durationBounds[i] ?? 0)) i++;
  return i;
}
