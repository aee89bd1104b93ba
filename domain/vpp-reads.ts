import type { LbState } from './lb.js';

/** What VPP had, as a full sync has read it. */
export interface VppRead {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly state: LbState;
}

/** Reads that are kept, and servers in all of them together. */
const READS = 4;
const SERVERS = 100_000;

/**
 * The last reads of VPP after which something was written, and the last one of all. Together with what was written since
 * they say what VPP had at any time between.
 */
export class VppReads {
  /** Oldest first. */
  #reads: readonly VppRead[] = [];
  /** Did the sync of the last one write anything? */
  #wrote = false;

  list(): readonly VppRead[] {
    return this.#reads;
  }

  keep(read: VppRead): void {
    const before = this.#wrote ? this.#reads : this.#reads.slice(0, -1);
    this.#reads = [...before, read].slice(-READS);
    while (this.#reads.length > 1 && serversIn(this.#reads) > SERVERS) this.#reads = this.#reads.slice(1);
    this.#wrote = false;
  }

  /** Something has been written since the last one. */
  written(): void {
    this.#wrote = true;
  }
}

function serversIn(reads: readonly VppRead[]): number {
  let servers = 0;
  for (const { state } of reads) for (const { ases } of state.vips) servers += ases.length + 1;
  return servers;
}
