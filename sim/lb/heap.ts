import { SimulatedCrash } from './crash.js';

/** VPP's main heap when nothing else is configured. */
export const DEFAULT_HEAP_BYTES = 1024 * 1024 * 1024;
/** What VPP takes of it before anything is configured. */
export const OWN_BYTES = 30_000_000;
/** In a heap too small for a VPP, only what the plugin takes is counted. */
const SMALLEST_REAL_HEAP = 64 * 1024 * 1024;
const BYTES_PER_BUCKET = 4;
/** A bucket of a flow table is a cache line; one more stands before them, one behind. */
const BYTES_PER_STICKY_BUCKET = 64;

/**
 * VPP's main heap, as far as the tables of the lb plugin fill it. A new-flow table is built beside the one it replaces, and the last
 * table of a VIP is never freed (VPP leaks it), so a VPP with large tables can die of a harmless looking request.
 */
export class TableHeap {
  readonly limit: number;
  #used: number;
  /** What other parts of VPP have taken. */
  #others = 0;

  constructor(limit: number = DEFAULT_HEAP_BYTES) {
    this.limit = limit;
    this.#used = limit < SMALLEST_REAL_HEAP ? 0 : OWN_BYTES;
  }

  /** Bytes taken, leaked ones included. */
  get used(): number {
    return this.#used + this.#others;
  }

  /** Something else in VPP takes so much that this is left. */
  leave(bytes: number): void {
    this.#others = Math.max(0, this.limit - this.#used - bytes);
  }

  /** A first table of `length` buckets. Throws SimulatedCrash when it does not fit. */
  allocate(length: number): void {
    this.#reserve(length);
    this.#used += length * BYTES_PER_BUCKET;
  }

  /** A new table in place of one of the same length. Throws SimulatedCrash when both do not fit. */
  replace(length: number): void {
    this.#reserve(length);
  }

  /** The flow table of a thread. Throws SimulatedCrash when it does not fit. */
  allocateSticky(buckets: number): void {
    const bytes = stickyBytes(buckets);
    if (bytes > 0xffffffff || !this.#fits(bytes)) {
      throw new SimulatedCrash(
        'sticky-table-too-big',
        `${buckets} buckets, ${this.used} bytes of ${this.limit} taken`,
      );
    }
    this.#used += bytes;
  }

  freeSticky(buckets: number): void {
    this.#used -= stickyBytes(buckets);
  }

  #fits(bytes: number): boolean {
    return this.used + bytes < this.limit;
  }

  #reserve(length: number): void {
    // Length 0 gives the mask 2^32-1, and so a table of 2^32 buckets.
    if (length > 0 && this.#fits(length * BYTES_PER_BUCKET)) return;
    throw new SimulatedCrash('table-too-big', `${length} buckets, ${this.used} bytes of ${this.limit} taken`);
  }
}

function stickyBytes(buckets: number): number {
  return (buckets + 2) * BYTES_PER_STICKY_BUCKET;
}
