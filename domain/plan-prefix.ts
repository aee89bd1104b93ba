import type { IpPrefix } from './ip.js';
import { type DesiredVip, type LbOperation, type LbState, type VipId, type VipState, vipId } from './lb.js';
import { planTeardown } from './plan.js';

/** A VIP of VPP that has to go before the wanted ones on its prefix can be made. */
export interface Teardown {
  readonly vip: VipState;
  readonly operations: readonly LbOperation[];
}

/** What is to be done on one prefix: first the teardowns, then the wanted VIPs one by one. */
export interface PrefixPlan {
  readonly teardowns: readonly Teardown[];
  readonly wanted: readonly VipId[];
  /** What VPP had for each wanted VIP before the teardowns. */
  readonly found: ReadonlyMap<VipId, VipState>;
  /** VIPs that are in the way, or stale, and must not be touched. */
  readonly untouchable: readonly { readonly vip: VipState; readonly reason: string }[];
}

/**
 * What is to be done, prefix by prefix. VPP refuses a VIP whose neighbours on the same prefix have another
 * encapsulation, or are all-port where it is per-port: so what is stale on a prefix, or has the wrong encapsulation,
 * goes before anything is added there. It goes prefix by prefix, because a VIP that is gone drops its packets until it
 * is back. VIPs that differ in something else are replaced one at a time, by planVip.
 *
 * NAT VIPs, which maglevd never makes, are not touched: VPP crashes when two that share a server have been removed,
 * and who removed the first one cannot be known.
 */
export function planPrefixes(desired: readonly DesiredVip[], state: LbState): PrefixPlan[] {
  const prefixes = new Map<IpPrefix, { desired: DesiredVip[]; found: VipState[] }>();
  const on = (prefix: IpPrefix) => {
    const known = prefixes.get(prefix);
    if (known !== undefined) return known;
    const fresh = { desired: [], found: [] };
    prefixes.set(prefix, fresh);
    return fresh;
  };
  for (const vip of state.vips) on(vip.key.prefix).found.push(vip);
  for (const vip of desired) on(vip.key.prefix).desired.push(vip);
  return [...prefixes.values()].map(planPrefix).filter(isWork);
}

function planPrefix({
  desired,
  found,
}: {
  readonly desired: DesiredVip[];
  readonly found: VipState[];
}): PrefixPlan {
  const wants = new Map(desired.map((vip) => [vipId(vip.key), vip]));
  const teardowns: Teardown[] = [];
  const untouchable: PrefixPlan['untouchable'][number][] = [];
  for (const vip of found) {
    const want = wants.get(vipId(vip.key));
    const reason = teardownReason(vip, want);
    if (reason === null) continue;
    if (isNat(vip)) {
      untouchable.push({
        vip,
        reason: 'NAT VIPs are not removed by maglevd, because that can crash VPP: remove it by hand',
      });
      wants.delete(vipId(vip.key));
    } else {
      teardowns.push({ vip, operations: planTeardown(vip, reason) });
    }
  }
  return {
    teardowns,
    untouchable,
    wanted: [...wants.keys()],
    found: new Map(found.map((vip) => [vipId(vip.key), vip])),
  };
}

function teardownReason(vip: VipState, want: DesiredVip | undefined): string | null {
  if (want === undefined) return 'no frontend wants it';
  if (want.encap === vip.encap) return null;
  return `replaced: its encapsulation is ${vip.encap}, not ${want.encap}`;
}

function isNat({ encap }: VipState): boolean {
  return encap === 'nat4' || encap === 'nat6';
}

function isWork({ teardowns, wanted, untouchable }: PrefixPlan): boolean {
  return teardowns.length + wanted.length + untouchable.length > 0;
}
