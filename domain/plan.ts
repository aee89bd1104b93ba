import { compareIps, type IpAddress } from './ip.js';
import type { AsState, DesiredAs, DesiredVip, LbConf, LbOperation, VipKey, VipState } from './lb.js';

/**
 * Why a live VIP cannot be changed into the wanted one, or null when it can: VPP has no message that changes the
 * encapsulation, the table length or the stickiness of a VIP, so it must be torn down and made again.
 */
export function mustReplace(desired: DesiredVip, found: VipState): string | null {
  if (desired.encap !== found.encap) return `its encapsulation is ${found.encap}, not ${desired.encap}`;
  const { value, exact } = found.tableLength;
  if (exact ? value !== desired.tableLength : value !== desired.tableLength % 65536) {
    return `its new-flow table has ${value} buckets, not ${desired.tableLength}`;
  }
  if (found.srcIpSticky !== null && found.srcIpSticky !== desired.srcIpSticky) {
    return desired.srcIpSticky ? 'it is not sticky by source address' : 'it is sticky by source address';
  }
  return null;
}

/** Servers first, each with its flows flushed, then the VIP: otherwise VPP keeps both for as long as flows live. */
export function planTeardown(vip: VipState, reason: string): LbOperation[] {
  const { key } = vip;
  const servers = [...vip.ases].sort(byAddress);
  return [
    ...servers.map(({ address }): LbOperation => ({ op: 'as-del', key, address, flush: true, reason })),
    { op: 'vip-del', key, reason },
  ];
}

/**
 * What makes `found` equal to `desired`, in the order in which it must be done: add the VIP, add servers, raise
 * weights, lower weights, delete servers. Raising comes before lowering so that a VIP never passes through "no server".
 *
 * `found` is null when VPP lacks the VIP. `previous` is what was wanted the last time, if anything was: a server
 * whose flows must be cut although its weight is 0 already (paused, then disabled) is told from one that was cut.
 * The flows of servers in `flush` are cut whatever becomes of their weight.
 * An empty plan means that VPP needs no write.
 */
export function planVip(
  desired: DesiredVip,
  found: VipState | null,
  previous: DesiredVip | null,
  flush: ReadonlySet<IpAddress> = nobody,
): LbOperation[] {
  const { key } = desired;
  const replace = found === null ? null : mustReplace(desired, found);
  if (found !== null && replace !== null) {
    return [
      ...planTeardown(found, `replaced: ${replace}`),
      ...planVip(keptWeights(desired, found), null, null),
    ];
  }
  const operations: LbOperation[] = [];
  if (found === null) {
    const { encap, tableLength, srcIpSticky, frontend } = desired;
    const reason = `wanted by frontend ${frontend}`;
    operations.push({ op: 'vip-add', key, encap, tableLength, srcIpSticky, reason });
  }
  const present = byIp(found?.ases);
  const targets = outcome(desired, found);
  const before = byIp(previous?.ases);
  const adds: LbOperation[] = [];
  const raises: LbOperation[] = [];
  const lowers: LbOperation[] = [];
  for (const [i, as] of desired.ases.entries()) {
    const weight = targets[i] ?? as.weight;
    const have = present.get(as.address);
    if (have === undefined) {
      const reason = `backend ${as.backend}: ${as.reason}`;
      adds.push({ op: 'as-add', key, address: as.address, weight, reason });
      continue;
    }
    const change = planWeight(key, as, weight, have, before.get(as.address), flush.has(as.address));
    if (change !== null) (change.weight > change.from ? raises : lowers).push(change);
  }
  const deletes = removable(desired, found)
    .sort(byAddress)
    .map(({ address }): LbOperation => {
      return {
        op: 'as-del',
        key,
        address,
        flush: true,
        reason: `no backend of frontend ${desired.frontend}`,
      };
    });
  return [...operations, ...adds, ...raises, ...lowers, ...deletes];
}

/**
 * The weights that VPP has after the plan, server by server. What is held keeps its weight; but a VIP in which nobody would serve then
 * holds nothing: it takes what is known. VPP takes weights up to 255, of which `most` are kept.
 */
function outcome({ ases }: DesiredVip, found: VipState | null, most = 255): readonly number[] {
  const known = ases.map(({ weight }) => weight);
  if (!ases.some(({ hold }) => hold)) return known;
  const have = byIp(found?.ases);
  const weights = ases.map((as) => {
    const held = as.hold ? have.get(as.address) : undefined;
    return held === undefined ? as.weight : Math.min(held.weight, most);
  });
  return weights.some((weight) => weight > 0) ? weights : known;
}

/**
 * The servers that no backend stands for. None that serves goes as long as the VIP would be left without anybody while
 * servers without a verdict are in it: one of them may turn out to serve.
 */
function removable(desired: DesiredVip, found: VipState | null): AsState[] {
  if (found === null) return [];
  const wanted = new Set<IpAddress>(desired.ases.map(({ address }) => address));
  const unwanted = found.ases.filter(({ address }) => !wanted.has(address));
  if (unwanted.length === 0) return unwanted;
  const nobodyServes = outcome(desired, found).every((weight) => weight === 0);
  const waits = nobodyServes && desired.ases.some(({ hold }) => hold);
  return waits ? unwanted.filter(({ weight }) => weight === 0) : unwanted;
}

/** Are the global settings equal? */
export function sameConf(a: LbConf, b: LbConf): boolean {
  return (
    a.ipv4Source === b.ipv4Source &&
    a.ipv6Source === b.ipv6Source &&
    a.stickyBucketsPerCore === b.stickyBucketsPerCore &&
    a.flowTimeout === b.flowTimeout
  );
}

/**
 * VPP wraps packets for the servers of such a VIP in GRE, from this source; a VPP that was never told one takes
 * the address of all ones, and no server accepts what comes from there.
 */
export function lacksSource({ encap }: Pick<DesiredVip, 'encap'>, conf: LbConf): boolean {
  if (encap === 'gre4') return conf.ipv4Source === '255.255.255.255';
  return encap === 'gre6' && conf.ipv6Source === 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
}

type WeightOperation = Extract<LbOperation, { op: 'as-weight' }>;

function planWeight(
  key: VipKey,
  as: DesiredAs,
  weight: number,
  have: AsState,
  previous: DesiredAs | undefined,
  flush: boolean,
): WeightOperation | null {
  const cut = as.flush && weight === 0;
  // From a verdict, not from a lack of one: after a restart of ours a server that is down is nothing new.
  const cutAtLast = cut && previous !== undefined && !previous.flush && !previous.hold;
  if (have.weight === weight && !cutAtLast && !flush) return null;
  return {
    op: 'as-weight',
    key,
    address: as.address,
    from: have.weight,
    weight,
    flush: cut || flush,
    reason: `backend ${as.backend}: ${as.reason}`,
  };
}

/** What VPP has after the plan that makes `found` equal to `desired` was executed. Buckets are not computed: 0. */
export function settledVip(desired: DesiredVip, found: VipState | null): VipState {
  const replaced = found !== null && mustReplace(desired, found) !== null;
  const kept = found === null ? desired : keptWeights(desired, found, replaced ? 100 : 255);
  const { key, encap, tableLength, srcIpSticky } = desired;
  const removed = new Set(removable(desired, found));
  const wanted = new Set(desired.ases.map(({ address }) => address));
  const left = replaced
    ? []
    : (found?.ases ?? []).filter((as) => !wanted.has(as.address) && !removed.has(as));
  const ases = [...kept.ases, ...left].map(({ address, weight }) => ({ address, weight, buckets: 0 }));
  return { key, encap, tableLength: { value: tableLength, exact: true }, srcIpSticky, ases };
}

const nobody: ReadonlySet<IpAddress> = new Set();

/** `desired` with the weights that are to be kept filled in, of which a VIP that is made anew gets 100 at most. */
export function keptWeights(desired: DesiredVip, found: VipState, most = 100): DesiredVip {
  const weights = outcome(desired, found, most);
  const ases = desired.ases.map((as, i) => ({ ...as, weight: weights[i] ?? as.weight }));
  return { ...desired, ases };
}

function byIp<As extends { readonly address: IpAddress }>(
  ases: readonly As[] = [],
): ReadonlyMap<IpAddress, As> {
  if (ases.length === 0) return new Map();
  return new Map(ases.map((as) => [as.address, as]));
}

function byAddress(a: AsState, b: AsState): number {
  return compareIps(a.address, b.address);
}
