/**
 * What a load balancer costs VPP's main heap, in bytes. VPP aborts when its heap has no room for what it is asked, and
 * every part of VPP shares that heap; so what one request takes matters less than what all of them add up to.
 */

export const MIB = 1024 * 1024;

/** VPP's main heap without `main-heap-size` in its startup.conf (src/vpp/vnet/main.c: 1 << 30). */
export const DEFAULT_HEAP_BYTES = 1024 * MIB;

/** What VPP needs for itself before anything is configured: about 30 MB, more with workers and plugins. */
export const VPP_ITSELF_BYTES = 64 * MIB;

/** An entry of a new-flow table is an index in 32 bits (`lb_new_flow_entry_t`). */
const BYTES_PER_ENTRY = 4;
/** A bucket of a flow table is a cache line, and there is one more behind the last (lbhash.h, `lb_hash_alloc`). */
const BYTES_PER_STICKY_BUCKET = 64;
const STICKY_HEAD_BUCKETS = 2;
/** While a table is built, each server has 16 bytes for each unit of its weight (`lb_pseudorand_t`) ... */
const BYTES_PER_WEIGHT = 16;
/** ... in a vector that grows by half when it is full, and is then copied: old and new are there at once. */
const GROWTH = 2.5;
/** The VIP itself, its route, and its place in the table of ports. An upper bound. */
const BYTES_PER_VIP = 2048;
/** The server, its route, and its reference counts. An upper bound. */
const BYTES_PER_SERVER = 2048;

/** What is known of the main heap of a VPP. */
export interface VppMemory {
  /** Bytes. */
  readonly total: number;
  /** Bytes that are free, in however many pieces. */
  readonly free: number;
  /** Bytes of the one free piece that is certainly in one: the end of the heap. */
  readonly contiguous: number;
  /** Threads that may forward packets: the main one and the workers. */
  readonly threads: number;
}

/** A VIP as far as memory is concerned. */
export interface VipSize {
  readonly tableLength: number;
  readonly servers: number;
  /** The sum of the weights of its servers. */
  readonly weight: number;
}

/** A new-flow table. VPP frees it when it has built the next one of the same VIP, and never when the VIP is deleted. */
export function tableBytes(tableLength: number): number {
  return tableLength * BYTES_PER_ENTRY;
}

/** The flow table of one thread, which VPP makes at the first packet of that thread. */
export function stickyBytes(bucketsPerThread: number): number {
  return (bucketsPerThread + STICKY_HEAD_BUCKETS) * BYTES_PER_STICKY_BUCKET;
}

/** What a VIP keeps for as long as it lives. */
export function vipBytes({ tableLength, servers }: Pick<VipSize, 'tableLength' | 'servers'>): number {
  return tableBytes(tableLength) + BYTES_PER_VIP + servers * BYTES_PER_SERVER;
}

/** What a change to a VIP takes for a moment: the next table is built beside the present one. */
export function rebuildBytes({ tableLength, weight }: Pick<VipSize, 'tableLength' | 'weight'>): number {
  return tableBytes(tableLength) + Math.ceil(weight * BYTES_PER_WEIGHT * GROWTH);
}

export function serverBytes(servers: number): number {
  return servers * BYTES_PER_SERVER;
}

/**
 * What is left alone for the rest of VPP, and for rebuilding tables when weights change: a sixteenth of the heap, and
 * 16 MiB at least, which is four times the largest table.
 */
export function reserveBytes(heapBytes: number): number {
  return Math.max(16 * MIB, heapBytes / 16);
}

/** A change of weight is refused only below this: what it takes is given back at once. */
export const REBUILD_RESERVE_BYTES = 4 * MIB;

/** VPP's stats segment without `statseg { size }` (STAT_SEGMENT_DEFAULT_SIZE). */
export const DEFAULT_STATS_BYTES = 32 * MIB;
/** Four counters of 8 bytes for a VIP, on each thread. */
const COUNTERS_PER_VIP = 4 * 8;
/** Packets and bytes of `/net/route/to` and `/net/route/via` for a route, on each thread. */
const COUNTERS_PER_ROUTE = 2 * 16;

/**
 * What the counters take of the stats segment, whose end is VPP's as well. A vector of counters that is full is copied to
 * one that is half as long again.
 */
export function counterBytes(vips: number, routes: number, threads: number): number {
  return Math.ceil(threads * (vips * COUNTERS_PER_VIP + routes * COUNTERS_PER_ROUTE) * GROWTH);
}

/** What a whole load balancer costs. */
export interface LoadBalancerCost {
  readonly vips: number;
  readonly sticky: number;
  /** For a moment, for the VIP that needs most. */
  readonly rebuild: number;
  readonly total: number;
}

export function loadBalancerCost(
  vips: Iterable<VipSize>,
  stickyBucketsPerThread: number,
  threads: number,
): LoadBalancerCost {
  let lasting = 0;
  let rebuild = 0;
  for (const vip of vips) {
    lasting += vipBytes(vip);
    rebuild = Math.max(rebuild, rebuildBytes(vip));
  }
  const sticky = threads * stickyBytes(stickyBucketsPerThread);
  return { vips: lasting, sticky, rebuild, total: lasting + sticky + rebuild };
}

/** Bytes for people: `512 MiB`, `1.5 MiB`. */
export function bytesText(bytes: number): string {
  const mib = bytes / MIB;
  return `${mib >= 10 || Number.isInteger(mib) ? Math.round(mib) : mib.toFixed(1)} MiB`;
}
