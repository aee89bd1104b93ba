import type { IpAddress } from './ip.js';
import { type LbOperation, type VipId, type VipState, vipId } from './lb.js';
import { ServerPlaces } from './server-places.js';

/**
 * What VPP has of some VIPs after it has executed these operations. Buckets are not computed: those of servers that
 * were added or changed are 0. An operation that makes no sense, such as the removal of a server that is not there,
 * changes nothing.
 */
export function executed(found: readonly VipState[], operations: readonly LbOperation[]): VipState[] {
  if (operations.length === 0) return [...found];
  const vips = new Map<VipId, VipState>();
  for (const vip of found) vips.set(vipId(vip.key), vip);
  // Operations come VIP by VIP.
  for (let from = 0; from < operations.length; ) {
    const key = operations[from]?.key;
    if (key === undefined) break;
    let to = from + 1;
    while (to < operations.length && operations[to]?.key === key) to++;
    const id = vipId(key);
    const after = executedOnVip(vips.get(id) ?? null, operations.slice(from, to));
    if (after === null) vips.delete(id);
    else vips.set(id, after);
    from = to;
  }
  return [...vips.values()];
}

/** The same for operations that are all of one VIP; null = VPP does not have it. */
export function executedOnVip(found: VipState | null, operations: readonly LbOperation[]): VipState | null {
  if (found !== null && operations.every(isWeight)) return reweighted(found, operations);
  let vip: Omit<VipState, 'ases'> | null = found;
  const servers = new Map<IpAddress, { readonly weight: number; readonly buckets: number }>();
  for (const { address, weight, buckets } of found?.ases ?? []) servers.set(address, { weight, buckets });
  for (const operation of operations) {
    switch (operation.op) {
      case 'vip-add': {
        const { key, encap, tableLength, srcIpSticky } = operation;
        vip ??= { key, encap, tableLength: { value: tableLength, exact: true }, srcIpSticky };
        break;
      }
      case 'vip-del':
        vip = null;
        servers.clear();
        break;
      case 'as-add':
        if (vip !== null && !servers.has(operation.address))
          servers.set(operation.address, { weight: operation.weight, buckets: 0 });
        break;
      case 'as-del':
        servers.delete(operation.address);
        break;
      case 'as-weight':
        if (servers.has(operation.address))
          servers.set(operation.address, { weight: operation.weight, buckets: 0 });
        break;
    }
  }
  if (vip === null) return null;
  const { key, encap, tableLength, srcIpSticky } = vip;
  // Written out: a copy by spread takes twice the memory, and there is one for each server of each VIP.
  const ases = Array.from(servers, ([address, { weight, buckets }]) => ({ address, weight, buckets }));
  return { key, encap, tableLength, srcIpSticky, ases };
}

type WeightOperation = Extract<LbOperation, { readonly op: 'as-weight' }>;

function isWeight(operation: LbOperation): operation is WeightOperation {
  return operation.op === 'as-weight';
}

/** What nearly all changes are: servers that are not concerned stay the objects that they were. */
function reweighted(found: VipState, operations: readonly WeightOperation[]): VipState {
  const ases = [...found.ases];
  const places = new ServerPlaces(found.ases);
  let place = -1;
  for (const { address, weight } of operations) {
    const at = places.of(address, place + 1);
    if (at < 0) continue;
    ases[at] = { address, weight, buckets: 0 };
    place = at;
  }
  const { key, encap, tableLength, srcIpSticky } = found;
  return { key, encap, tableLength, srcIpSticky, ases };
}
