import { type VipId, type VipState, vipId } from './lb.js';
import { compareTables } from './table-change.js';
import { lengthOfTable, predictTable } from './table-prediction.js';

/** How two VPPs differ in one VIP. */
export interface VipDifference {
  readonly vip: VipId;
  /** What differs, a phrase each; in the order first, second. */
  readonly what: readonly string[];
  /**
   * The share of its flows, 0..1, that would change their server on the way from the first VPP to the second; null = one of
   * them lacks it, or has no server with weight: all would be lost.
   */
  readonly moved: number | null;
}

/** Where two VPPs would send flows otherwise. Sources of tunnels and settings may well differ, and are not looked at. */
export function differencesBetween(
  first: readonly VipState[],
  second: readonly VipState[],
): readonly VipDifference[] {
  const others = new Map(second.map((vip) => [vipId(vip.key), vip]));
  const differences: VipDifference[] = [];
  for (const vip of first) {
    const id = vipId(vip.key);
    const other = others.get(id);
    others.delete(id);
    if (other === undefined) {
      differences.push({ vip: id, what: ['the second lacks it'], moved: null });
      continue;
    }
    const what = whatDiffers(vip, other);
    if (what.length > 0) differences.push({ vip: id, what, moved: movedShare(vip, other) });
  }
  for (const id of others.keys()) {
    differences.push({ vip: id, what: ['the first lacks it'], moved: null });
  }
  return differences;
}

function whatDiffers(a: VipState, b: VipState): string[] {
  const what: string[] = [];
  const note = (name: string, x: string | number | boolean | null, y: string | number | boolean | null) => {
    if (x !== y) what.push(`${name} ${x ?? 'unknown'} and ${y ?? 'unknown'}`);
  };
  note('encapsulation', a.encap, b.encap);
  note('buckets', lengthOfTable(a), lengthOfTable(b));
  note('sticky by source address', a.srcIpSticky, b.srcIpSticky);
  const others = new Map(b.ases.map((as) => [as.address, as]));
  for (const { address, weight, buckets } of a.ases) {
    const other = others.get(address);
    others.delete(address);
    if (other?.weight === weight && other.buckets === buckets) continue;
    if (other?.weight === weight) what.push(`server ${address} has ${buckets} and ${other.buckets} buckets`);
    else what.push(`server ${address} has ${weightText(weight)} and ${weightText(other?.weight)}`);
  }
  for (const { address, weight } of others.values()) {
    what.push(`server ${address} has ${weightText(undefined)} and ${weightText(weight)}`);
  }
  return what;
}

function weightText(weight: number | undefined): string {
  return weight === undefined ? 'no entry' : `weight ${weight}`;
}

function movedShare(a: VipState, b: VipState): number | null {
  const [from, to] = [lengthOfTable(a), lengthOfTable(b)];
  const whole = (length: number | null): length is number =>
    length !== null && Number.isInteger(Math.log2(length));
  if (!whole(from) || !whole(to)) return null;
  // With another hash every flow is in another bucket.
  if (a.srcIpSticky !== b.srcIpSticky && a.srcIpSticky !== null && b.srcIpSticky !== null) return 1;
  const serves = ({ ases }: VipState) => ases.some(({ weight }) => weight > 0);
  if (!serves(a) || !serves(b)) return null;
  const { moved, length } = compareTables(predictTable(from, a.ases), predictTable(to, b.ases));
  return moved / length;
}
