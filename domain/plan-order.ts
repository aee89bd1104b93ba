import type { DesiredVip, VipId } from './lb.js';
import { vipId } from './lb.js';
import { mustReplace } from './plan.js';
import type { PrefixPlan } from './plan-prefix.js';
import { vipBytes } from './vpp-memory.js';

/**
 * The same plans in the order that asks least of VPP's memory for as long as it can: first what takes none (removals,
 * weights), then the prefixes whose VIPs VPP lacks, then those whose VIPs are replaced, each kind from the smallest
 * growth to the largest. When the heap is not large enough for all, as many VIPs as possible serve, and a VIP that
 * is not replaced goes on as it was. Plans that grow alike keep their order.
 */
export function leanestFirst(plans: readonly PrefixPlan[], desired: readonly DesiredVip[]): PrefixPlan[] {
  const wanted = new Map(desired.map((vip) => [vipId(vip.key), vip]));
  return plans
    .map((plan) => ({ plan, ...growthOf(plan, wanted) }))
    .sort((a, b) => a.rank - b.rank || a.growth - b.growth)
    .map(({ plan }) => plan);
}

/** Bytes that a plan adds to VPP's heap. What it removes gives nothing back: VPP does not free the table of a VIP. */
export function growthOf(
  plan: PrefixPlan,
  wanted: ReadonlyMap<VipId, DesiredVip>,
): { readonly rank: 0 | 1 | 2; readonly growth: number } {
  let growth = 0;
  let replaces = false;
  for (const id of plan.wanted) {
    const vip = wanted.get(id);
    if (vip === undefined) continue;
    const found = plan.found.get(id);
    if (found !== undefined && mustReplace(vip, found) === null) continue;
    growth += vipBytes({ tableLength: vip.tableLength, servers: vip.ases.length });
    if (found !== undefined) replaces = true;
  }
  if (growth === 0) return { rank: 0, growth };
  return { rank: replaces ? 2 : 1, growth };
}
