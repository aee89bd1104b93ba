import type { MaglevError } from './errors.js';
import type { MaglevEvent } from './events.js';
import { type LbOperation, type VipId, vipId } from './lb.js';
import {
  bytesText,
  counterBytes,
  DEFAULT_HEAP_BYTES,
  DEFAULT_STATS_BYTES,
  loadBalancerCost,
  type VipSize,
  type VppMemory,
} from './vpp-memory.js';

/** A pool, as far as memory is concerned: its servers by name. */
type SizedPool = ReadonlyMap<string, { readonly weight: number }>;

/** What of a config matters for memory. */
export interface SizedConfig {
  readonly tableLength: number;
  readonly stickyBuckets: number;
  /** Pools by frontend. */
  readonly frontends: readonly (readonly SizedPool[])[];
}

/**
 * From this part of the heap on there is a warning. It is a half because VPP never frees the table of a VIP that is
 * gone: a change of the table length makes all VIPs anew, and so takes as much again.
 */
const LARGE_PART = 1 / 2;

/** A warning about what a config costs VPP's memory, or null. `memory` is null when no VPP tells of its own. */
export function memoryWarning(config: SizedConfig, memory: VppMemory | null): string | null {
  const { tableLength, stickyBuckets, frontends } = config;
  const threads = memory?.threads ?? 1;
  const heap = memory?.total ?? DEFAULT_HEAP_BYTES;
  const vips = frontends.map((pools) => sizeOf(pools, tableLength));
  const cost = loadBalancerCost(vips, stickyBuckets, threads);
  if (cost.total <= heap * LARGE_PART) return null;
  const whose =
    memory === null
      ? `the main heap of a VPP whose startup.conf does not set main-heap-size, ${bytesText(heap)}`
      : `the main heap of this VPP, ${bytesText(heap)}`;
  const parts = [
    `${vips.length} VIPs with tables of ${tableLength} take ${bytesText(cost.vips)}`,
    `flow tables of ${stickyBuckets} buckets ${bytesText(cost.sticky)} on ${threadsText(threads, memory)}`,
    `a table that is being rebuilt ${bytesText(cost.rebuild)}`,
  ];
  return (
    `this takes ${bytesText(cost.total)} of VPP's memory (${parts.join(', ')}): more than half of ${whose}. ` +
    `VPP never frees the table of a VIP that is removed or replaced, and ends when its heap is full: ` +
    `set lower numbers here, or a larger main-heap-size in VPP's startup.conf`
  );
}

/**
 * A warning about what VPP counts, or null: when its counters do not fit into the stats segment, VPP ends. How large
 * that is, VPP does not say here.
 */
export function countersWarning({ frontends }: SizedConfig, memory: VppMemory | null): string | null {
  const threads = memory?.threads ?? 1;
  const servers = new Set<string>();
  for (const pools of frontends) for (const pool of pools) for (const name of pool.keys()) servers.add(name);
  // A route for each server, and one for each VIP.
  const bytes = counterBytes(frontends.length, servers.size + frontends.length, threads);
  if (bytes <= DEFAULT_STATS_BYTES * LARGE_PART) return null;
  return (
    `counting for ${frontends.length} VIPs and ${servers.size} servers takes ${bytesText(bytes)} of VPP's stats segment on ` +
    `${threadsText(threads, memory)}: more than half of the ${bytesText(DEFAULT_STATS_BYTES)} that it has unless VPP's ` +
    `startup.conf says otherwise, and VPP ends when it is full: set statseg { size } there`
  );
}

function threadsText(threads: number, memory: VppMemory | null): string {
  if (memory === null) return 'each thread, of which one is counted here';
  return threads === 1 ? 'one thread' : `${threads} threads`;
}

/** Only one pool of a frontend has weight at a time, but the servers of all are in VPP. */
function sizeOf(pools: readonly SizedPool[], tableLength: number): VipSize {
  let weight = 0;
  for (const pool of pools) {
    let sum = 0;
    for (const member of pool.values()) sum += member.weight;
    weight = Math.max(weight, sum);
  }
  const [only] = pools;
  const servers =
    pools.length === 1 && only !== undefined ? only : new Set(pools.flatMap((pool) => [...pool.keys()]));
  return { tableLength, servers: servers.size, weight };
}

/** Tells once of each VIP for which VPP has no memory: without that VIP a service is missing. */
export class MemoryRefusals {
  readonly #told = new Set<VipId>();

  /** `refused`: null when the operations were admitted. */
  tell(operations: readonly LbOperation[], refused: MaglevError | null): MaglevEvent[] {
    if (refused === null && this.#told.size === 0) return [];
    const ids = new Set(operations.map(({ key }) => vipId(key)));
    if (refused === null) {
      for (const id of ids) this.#told.delete(id);
      return [];
    }
    const vips = [...ids].filter((id) => !this.#told.has(id));
    if (vips.length === 0) return [];
    for (const id of vips) this.#told.add(id);
    const { code, message: error, advice } = refused;
    return [{ name: 'vpp-memory-refused', level: 'error', fields: { vips, code, error, advice } }];
  }
}
