/** What `show memory main-heap` tells, in bytes as exact as the text is. */
export interface HeapText {
  readonly total: number;
  readonly free: number;
  readonly contiguous: number;
}

const factors: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

const USAGE =
  /total: ([\d.]+)([KMG]?), used: [\d.]+[KMG]?, free: ([\d.]+)([KMG]?), trimmable: ([\d.]+)([KMG]?)/;

/**
 * Reads the line `total: 1023.99M, used: 31.56M, free: 992.43M, trimmable: 991.40M`. Null: the text is not understood.
 * Numbers have two decimals; from 1 GiB on that is 10 MiB, and what is free may be half of that less.
 */
export function parseHeapText(text: string): HeapText | null {
  const found = USAGE.exec(text);
  if (found === null) return null;
  const [, total = '', totalUnit = '', free = '', freeUnit = '', top = '', topUnit = ''] = found;
  const heap = {
    total: bytes(total, totalUnit, 0),
    free: bytes(free, freeUnit, -1),
    contiguous: bytes(top, topUnit, -1),
  };
  return Object.values(heap).every(Number.isFinite) ? heap : null;
}

/** `rounding` -1: the least that prints so. */
function bytes(number: string, unit: string, rounding: 0 | -1): number {
  const factor = factors[unit] ?? 1;
  const rounded = factor === 1 ? 0 : 0.005 * factor * rounding;
  return Math.max(0, Math.floor(Number(number) * factor + rounded));
}

const STICKY_USAGE = /^\s+usage: \d+ \/ (\d+)\s*$/gm;
/** VPP prints the mask of the buckets plus the entries of one bucket. */
const CAPACITY_OFFSET = 3;

/** The buckets of every thread that has a flow table already, as `show lb` tells. */
export function parseStickyBuckets(text: string): number[] {
  return [...text.matchAll(STICKY_USAGE)].map(([, capacity]) => Number(capacity) - CAPACITY_OFFSET);
}
