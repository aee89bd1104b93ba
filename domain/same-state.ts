import type { VipState } from './lb.js';

/** Does VPP say the same of a VIP as before, its servers in the same order? */
export function sameVipState(a: VipState, b: VipState): boolean {
  if (a === b) return true;
  if (a.encap !== b.encap || a.srcIpSticky !== b.srcIpSticky || a.ases.length !== b.ases.length) return false;
  const { value, exact } = a.tableLength;
  if (value !== b.tableLength.value || exact !== b.tableLength.exact) return false;
  const { prefix, protocol, port } = a.key;
  if (prefix !== b.key.prefix || protocol !== b.key.protocol || port !== b.key.port) return false;
  for (const [i, { address, weight, buckets }] of a.ases.entries()) {
    const other = b.ases[i];
    if (other === undefined || address !== other.address) return false;
    if (weight !== other.weight || buckets !== other.buckets) return false;
  }
  return true;
}
