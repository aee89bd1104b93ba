import { vipId } from './lb.js';
import type { PrefixPlan } from './plan.js';
import { vipBytes } from './vpp-memory.js';

type Batches = Pick<PrefixPlan, 'batches'>;

/** What a plan asks of VPP's heap, in bytes, and how urgent that is. */
export interface Growth {
  readonly rank: 0 | 1 | 2;
  readonly growth: number;
}

/**
 * The same plans in the order that asks least of VPP's memory for as long as it can: first what takes none (removals,
 * weights), then the prefixes whose VIPs VPP lacks, then those whose VIPs are replaced, each kind from the smallest
 * growth to the largest. When the heap is not large enough for all, as many VIPs as possible serve, and a VIP that
 * is not replaced goes on as it was. Plans that grow alike keep their order.
 */
export function leanestFirst<P extends { readonly plan: Batches }>(
  plans: readonly P[],
  growthOfOne: (one: P, i: number) => Growth = ({ plan }) => growthOf(plan),
): P[] {
  return plans
    .map((one, i) => ({ one, ...growthOfOne(one, i) }))
    .sort((a, b) => a.rank - b.rank || a.growth - b.growth)
    .map(({ one }) => one);
}

/** Bytes that a plan adds to VPP's heap. What it removes gives nothing back: VPP does not free the table of a VIP. */
export function growthOf({ batches }: Batches): Growth {
  let growth = 0;
  let replaces = false;
  for (const { kind, operations } of batches) {
    for (const operation of operations) {
      if (operation.op !== 'vip-add') continue;
      const id = vipId(operation.key);
      const servers = operations.filter(({ op, key }) => op === 'as-add' && vipId(key) === id).length;
      growth += vipBytes({ tableLength: operation.tableLength, servers });
      if (kind === 'anew') replaces = true;
    }
  }
  if (growth === 0) return { rank: 0, growth };
  return { rank: replaces ? 2 : 1, growth };
}
