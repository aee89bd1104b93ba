import type { IpAddress } from './ip.js';
import { type DesiredVip, type LbState, type VipId, vipId } from './lb.js';
import type { Wish } from './operator-wish.js';
import { noMemory, type VipMemory } from './plan-vip.js';

/** A server whose flows would be cut at once. */
interface Cut {
  readonly frontend: string;
  readonly address: IpAddress;
}

/** What an operator who wishes this would have cut; null = nothing. */
export function cutBy(
  wish: Wish | { readonly kind: 'sync' | 'reload' },
  backends: ReadonlyMap<string, { readonly address: IpAddress }>,
): Cut | null {
  if (wish.kind !== 'weight' || !wish.flush) return null;
  const address = backends.get(wish.change.backend)?.address;
  return address === undefined ? null : { frontend: wish.change.frontend, address };
}

/** What reconcilers remember: VPP was made equal to what is wanted now, where it has the server at all. */
export function memoriesOf(
  before: readonly DesiredVip[],
  wanted: readonly DesiredVip[],
  { vips }: LbState,
  cut: Cut | null,
): ReadonlyMap<VipId, VipMemory> {
  const has = new Set(vips.map(({ key }) => vipId(key)));
  const memories = new Map<VipId, VipMemory>();
  for (const { key, ases } of before) {
    const id = vipId(key);
    if (has.has(id)) {
      memories.set(id, { servers: new Map(ases.map((as) => [as.address, as])), owed: new Set() });
    }
  }
  const vip = cut === null ? undefined : wanted.find(({ frontend }) => frontend === cut.frontend);
  if (vip !== undefined && cut !== null) {
    const id = vipId(vip.key);
    memories.set(id, { ...(memories.get(id) ?? noMemory), owed: new Set([cut.address]) });
  }
  return memories;
}
