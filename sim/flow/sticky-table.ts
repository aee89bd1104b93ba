/** Entries of a bucket: as many as fit into a cache line. */
const ENTRIES = 4;
/** The VIP of an entry that was flushed. */
const NO_VIP = 0xffffffff;

/** What a packet finds in its bucket. */
export interface Found {
  /** The server of the first entry that matches; 0 when there is none, and when it leads nowhere. */
  readonly server: number;
  /** Where an entry can be made, or null when all of the bucket's entries live. */
  readonly free: number | null;
}

/**
 * The flows that one thread knows: a table of fixed size that forgets what it has no room for. An entry lives until its
 * time is over; it keeps its server, and counts as a reference to it, until it is overwritten or flushed.
 */
export class StickyTable {
  readonly buckets: number;
  /** Seconds that an entry lives after its last packet; any u32. */
  timeout: number;
  readonly #hash: Uint32Array;
  readonly #expiry: Int32Array;
  readonly #vip: Uint32Array;
  readonly #server: Uint32Array;

  constructor(buckets: number, timeout: number) {
    this.buckets = buckets;
    this.timeout = timeout;
    this.#hash = new Uint32Array(buckets * ENTRIES);
    this.#expiry = new Int32Array(buckets * ENTRIES);
    this.#vip = new Uint32Array(buckets * ENTRIES);
    this.#server = new Uint32Array(buckets * ENTRIES);
  }

  /**
   * Looks for the entry of a flow, and gives the one it finds a new life. An entry that leads nowhere is found as well, but
   * as if it were none. Times are compared as signed numbers, so a timeout of half the range makes entries that are over
   * at once.
   */
  find(hash: number, vip: number, now: number): Found {
    const first = this.#firstOf(hash);
    const time = now | 0;
    let free: number | null = null;
    let matching: number | null = null;
    for (let at = first; at < first + ENTRIES; at++) {
      if ((this.#expiry[at] as number) <= time) free ??= at;
      else if (this.#hash[at] === hash && this.#vip[at] === vip) matching ??= at;
    }
    if (matching === null) return { server: 0, free };
    this.#expiry[matching] = now + this.timeout;
    return { server: this.#server[matching] as number, free };
  }

  /** Makes an entry where `find` has found room; returns the server of the one that was there. */
  put(at: number, hash: number, vip: number, server: number, now: number): number {
    const before = this.#server[at] as number;
    this.#hash[at] = hash;
    this.#vip[at] = vip;
    this.#server[at] = server;
    this.#expiry[at] = now + this.timeout;
    return before;
  }

  /** Makes entries forget their VIP and server, but not their time, so that the room is not free before. */
  flush(vip: number, server: number | 'all', forgotten: (server: number) => void): void {
    for (let at = 0; at < this.#vip.length; at++) {
      if (this.#vip[at] !== vip) continue;
      const value = this.#server[at] as number;
      if (server !== 'all' && value !== server) continue;
      forgotten(value);
      this.#vip[at] = NO_VIP;
      this.#server[at] = 0;
    }
  }

  /** The server of every entry, those of entries that never were included. */
  servers(): Uint32Array {
    return this.#server;
  }

  liveEntries(now: number): number {
    let live = 0;
    // Here VPP compares modulo 2^32.
    for (const expiry of this.#expiry) if ((now - expiry) >>> 0 >= 0x7fffffff) live++;
    return live;
  }

  #firstOf(hash: number): number {
    return ((hash & (this.buckets - 1)) >>> 0) * ENTRIES;
  }
}
