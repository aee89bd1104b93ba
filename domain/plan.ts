import {
  type DesiredVip,
  type LbConf,
  type LbOperation,
  type VipId,
  type VipKey,
  type VipState,
  vipId,
} from './lb.js';
import { executed } from './plan-execute.js';
import { changesOf, creationOf, noMemory, teardownOf, type VipMemory } from './plan-vip.js';

/** What is known of one prefix. */
export interface Prefix {
  readonly wanted: readonly DesiredVip[];
  /** What VPP has on it. */
  readonly found: readonly VipState[];
  /** VPP's global settings; null = not known. */
  readonly conf: LbConf | null;
  /** What was done about the wanted VIPs before. */
  readonly memory: Pick<ReadonlyMap<VipId, VipMemory>, 'get'>;
}

/** Operations that are sent together. A batch is begun when those before it were done. */
export interface Batch {
  /**
   * remove: of VIPs that nobody wants. anew: VIPs that cannot be changed into the wanted ones are taken away and brought
   * back; it goes out whole, whatever happens to us in between. change: of one VIP.
   */
  readonly kind: 'remove' | 'anew' | 'change';
  /** VIPs that it is about; the wanted ones among them are written by the reconciler of the first. */
  readonly vips: readonly VipId[];
  readonly operations: readonly LbOperation[];
}

/** A VIP that is left as it is, and why. */
export interface Refusal {
  /** Whether it is a NAT VIP, or VPP lacks the source address that it would need. */
  readonly kind: 'nat' | 'source';
  readonly key: VipKey;
  /** In a word or two. */
  readonly reason: string;
  /** A sentence without a full stop. */
  readonly text: string;
}

export interface PrefixPlan {
  /** None: VPP needs no write. */
  readonly batches: readonly Batch[];
  /** What VPP has on the prefix after them. */
  readonly after: readonly VipState[];
  readonly refused: readonly Refusal[];
}

/**
 * What makes VPP equal to the decision on one prefix. VPP refuses a VIP whose neighbours on the same prefix have another
 * encapsulation, or are all-port where it is per-port: so what nobody wants goes before anything is added, and VIPs with
 * the wrong encapsulation go together before the first of them comes back. It is done prefix by prefix, because a VIP
 * that is gone drops its packets until it is back.
 *
 * NAT VIPs, which maglevd never makes, are not touched: VPP crashes when two that share a server have been removed,
 * and who removed the first one cannot be known.
 */
export function planPrefix(prefix: Prefix): PrefixPlan {
  const { wanted, found, conf, memory } = prefix;
  const first = wanted[0];
  const present = found[0];
  if (first !== undefined && present !== undefined && onlyChanges(prefix)) {
    const id = vipId(first.key);
    return new Plan(found, changes(id, first, present, memory.get(id) ?? noMemory), none);
  }
  const wants = new Map<VipId, DesiredVip>();
  for (const vip of wanted) wants.set(vipId(vip.key), vip);
  const has = new Map<VipId, VipState>();
  const removals: Batch[] = [];
  const refused: Refusal[] = [];
  for (const vip of found) {
    const id = vipId(vip.key);
    const want = wants.get(id);
    if (isNat(vip) && (want === undefined || want.encap !== vip.encap)) {
      refused.push(natRefusal(vip));
      wants.delete(id);
    } else if (want === undefined) {
      removals.push({ kind: 'remove', vips: [id], operations: teardownOf(vip, 'no frontend wants it') });
    } else {
      has.set(id, vip);
    }
  }
  const hasNat = refused.length > 0;
  const together: Anew[] = [];
  const others: Batch[] = [];
  for (const [id, desired] of wants) {
    const have = has.get(id) ?? null;
    const replace = have === null ? null : mustReplace(desired, have);
    const comes = have === null || replace !== null;
    if (comes && hasNat) {
      refused.push(besideNat(desired));
    } else if (comes && conf !== null && lacksSource(desired, conf)) {
      refused.push(sourceRefusal(desired));
    } else if (have !== null && replace !== null) {
      const one = { id, desired, have, reason: `replaced: ${replace}` };
      if (desired.encap === have.encap) others.push(anew([one]));
      else together.push(one);
    } else {
      others.push(...changes(id, desired, have, memory.get(id) ?? noMemory));
    }
  }
  return new Plan(
    found,
    [...removals, ...(together.length === 0 ? [] : [anew(together)]), ...others],
    refused,
  );
}

/** The usual case: one VIP is wanted, VPP has just that one, and can change it into the wanted one. */
export function onlyChanges({ wanted, found }: Pick<Prefix, 'wanted' | 'found'>): boolean {
  const want = wanted[0];
  const have = found[0];
  if (want === undefined || have === undefined || wanted.length + found.length > 2) return false;
  const { prefix, protocol, port } = want.key;
  const { key } = have;
  const same = prefix === key.prefix && protocol === key.protocol && port === key.port;
  return same && mustReplace(want, have) === null;
}

/** The usual case in an empty VPP: one VIP is wanted, and can be made. */
export function onlyComes({ wanted, found }: Pick<Prefix, 'wanted' | 'found'>, conf: LbConf | null): boolean {
  const [want] = wanted;
  return (
    want !== undefined &&
    wanted.length === 1 &&
    found.length === 0 &&
    (conf === null || !lacksSource(want, conf))
  );
}

const none: readonly Refusal[] = [];

/** What VPP has after it is not reckoned before somebody wants to know: it is seldom needed, and costs as much as the plan. */
class Plan implements PrefixPlan {
  readonly batches: readonly Batch[];
  readonly refused: readonly Refusal[];
  readonly #found: readonly VipState[];

  constructor(found: readonly VipState[], batches: readonly Batch[], refused: readonly Refusal[]) {
    this.batches = batches;
    this.refused = refused;
    this.#found = found;
  }

  get after(): readonly VipState[] {
    return executed(
      this.#found,
      this.batches.flatMap(({ operations }) => operations),
    );
  }
}

interface Anew {
  readonly id: VipId;
  readonly desired: DesiredVip;
  readonly have: VipState;
  readonly reason: string;
}

function anew(vips: readonly Anew[]): Batch {
  return {
    kind: 'anew',
    vips: vips.map(({ id }) => id),
    operations: [
      ...vips.flatMap(({ have, reason }) => teardownOf(have, reason)),
      ...vips.flatMap(({ desired, have }) => creationOf(desired, have)),
    ],
  };
}

function changes(id: VipId, desired: DesiredVip, have: VipState | null, memory: VipMemory): Batch[] {
  const steps = have === null ? [creationOf(desired, null)] : changesOf(desired, have, memory);
  const batches: Batch[] = [];
  const vips = [id];
  for (const operations of steps)
    if (operations.length > 0) batches.push({ kind: 'change', vips, operations });
  return batches;
}

/**
 * Why a live VIP cannot be changed into the wanted one, or null when it can: VPP has no message that changes the
 * encapsulation, the table length or the stickiness of a VIP. A length that is known modulo 65536 is taken for equal when
 * it may be, and so is a stickiness that is not known.
 */
function mustReplace(desired: DesiredVip, found: VipState): string | null {
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

/**
 * VPP wraps packets for the servers of such a VIP in GRE, from this source; a VPP that was never told one takes
 * the address of all ones, and no server accepts what comes from there.
 */
function lacksSource({ encap }: DesiredVip, conf: LbConf): boolean {
  if (encap === 'gre4') return conf.ipv4Source === '255.255.255.255';
  return encap === 'gre6' && conf.ipv6Source === 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
}

function isNat({ encap }: VipState): boolean {
  return encap === 'nat4' || encap === 'nat6';
}

function natRefusal({ key }: VipState): Refusal {
  const reason = 'NAT VIPs are not removed by maglevd, because that can crash VPP: remove it by hand';
  return { kind: 'nat', key, reason, text: `VIP ${vipId(key)} was left as it is: ${reason}` };
}

/** VPP takes one encapsulation on a prefix. */
function besideNat({ key }: DesiredVip): Refusal {
  const reason = 'a NAT VIP is on its prefix';
  const text = `VIP ${vipId(key)} was not made: a NAT VIP is on its prefix, which VPP does not allow: remove that by hand`;
  return { kind: 'nat', key, reason, text };
}

function sourceRefusal({ key }: DesiredVip): Refusal {
  const text = `VIP ${vipId(key)} was not made: VPP has not taken the source address for its GRE tunnels`;
  return { kind: 'source', key, reason: 'VPP lacks its source', text };
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
