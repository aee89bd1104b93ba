/** Counters of one entry, each summed over all threads. Indexes are VPP's. */
export interface Counters<Value> {
  /** Elements that VPP has; those of the longest thread. */
  readonly length: number;
  /**
   * Zero for an index that VPP has no element for: it has never counted there. Throws a RangeError for an index that
   * was not asked for.
   */
  readonly at: (index: number) => Value;
}

export interface PacketsAndBytes {
  readonly packets: bigint;
  readonly bytes: bigint;
}

export type SimpleCounters = Counters<bigint>;
export type CombinedCounters = Counters<PacketsAndBytes>;

/** Which elements of a vector are wanted: whole numbers >= 0 in any order, or all of them. */
export type Wanted = readonly number[] | 'all';

/** Elements from `first` on. */
export interface Stretch {
  readonly first: number;
  readonly count: number;
}

/** Bytes between two wanted elements that cost less to copy than a further call. */
const WORTH_A_CALL = 4096;

/**
 * Stretches of a vector that hold all wanted elements: in ascending order, apart from each other, and few, at the
 * price of some elements that nobody wants.
 */
export function stretchesFor(wanted: Wanted, length: number, elementSize: number): Stretch[] {
  if (wanted === 'all') return length === 0 ? [] : [{ first: 0, count: length }];
  const ascending = [...new Set(wanted)].filter((index) => index < length).sort((a, b) => a - b);
  const stretches: { first: number; count: number }[] = [];
  for (const index of ascending) {
    const last = stretches.at(-1);
    if (last !== undefined && (index - last.first - last.count) * elementSize < WORTH_A_CALL) {
      last.count = index - last.first + 1;
    } else {
      stretches.push({ first: index, count: 1 });
    }
  }
  return stretches;
}

/** Sums of u64 over threads, modulo 2^64 as VPP's own are, for the stretches of a vector that are read. */
export class Sums {
  readonly length: number;
  readonly #u64sPerElement: number;
  readonly #parts: readonly { readonly stretch: Stretch; readonly words: Uint32Array }[];

  /** Of a vector of `length` elements of one or two u64. */
  constructor(length: number, stretches: readonly Stretch[], u64sPerElement: number) {
    this.length = length;
    this.#u64sPerElement = u64sPerElement;
    this.#parts = stretches.map((stretch) => ({
      stretch,
      words: new Uint32Array(2 * u64sPerElement * stretch.count),
    }));
  }

  /**
   * Adds what one thread has counted: `u64s` is a copy of VPP's memory, little-endian as every machine on which VPP
   * runs, and belongs `at` bytes behind the first element of the stretch.
   */
  add(stretchNumber: number, at: number, u64s: Buffer): void {
    const sums = this.#parts[stretchNumber]?.words;
    if (sums === undefined) throw new RangeError(`there is no stretch ${stretchNumber}`);
    const words = new Uint32Array(u64s.buffer, u64s.byteOffset, u64s.length / 4);
    const begin = at / 4;
    for (let i = 0; i < words.length; i += 2) {
      const low = (sums[begin + i] ?? 0) + (words[i] ?? 0);
      const carry = low > 0xffffffff ? 1 : 0;
      // The array keeps 32 bits of each.
      sums[begin + i] = low;
      sums[begin + i + 1] = (sums[begin + i + 1] ?? 0) + (words[i + 1] ?? 0) + carry;
    }
  }

  /** The sum of the u64 number `which` of an element. */
  u64(index: number, which: number): bigint {
    if (index >= this.length) return 0n;
    const part = this.#partOf(index);
    if (part === undefined) throw new RangeError(`element ${index} was not asked for`);
    const word = 2 * ((index - part.stretch.first) * this.#u64sPerElement + which);
    return (BigInt(part.words[word + 1] ?? 0) << 32n) | BigInt(part.words[word] ?? 0);
  }

  #partOf(index: number): { readonly stretch: Stretch; readonly words: Uint32Array } | undefined {
    let low = 0;
    let high = this.#parts.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const part = this.#parts[middle];
      if (part === undefined || index < part.stretch.first) high = middle - 1;
      else if (index >= part.stretch.first + part.stretch.count) low = middle + 1;
      else return part;
    }
    return undefined;
  }
}

export function simpleCounters(sums: Sums): SimpleCounters {
  return { length: sums.length, at: (index) => sums.u64(index, 0) };
}

export function combinedCounters(sums: Sums): CombinedCounters {
  return {
    length: sums.length,
    at: (index) => ({ packets: sums.u64(index, 0), bytes: sums.u64(index, 1) }),
  };
}

/** One element of other counters, as if it were alone: what a symlink shows. */
export function column<Value>(counters: Counters<Value>, index: number): Counters<Value> {
  return {
    length: counters.length > index ? 1 : 0,
    at: (own) => counters.at(own === 0 ? index : counters.length),
  };
}
