import { compareIps, type IpAddress } from './ip.js';
import type { AsState, DesiredAs, DesiredVip, LbOperation, VipKey, VipState } from './lb.js';
import { costOf, loadOf, PIECE_MS } from './plan-cost.js';

/** What was done about a VIP before. */
export interface VipMemory {
  /**
   * What each server was last made equal to: one whose flows must be cut although its weight is 0 already (paused,
   * then disabled) is told from one that was cut.
   */
  readonly servers: ReadonlyMap<IpAddress, DesiredAs>;
  /** Servers whose flows are still to be cut, whatever becomes of their weight. */
  readonly owed: ReadonlySet<IpAddress>;
}

export const noMemory: VipMemory = { servers: new Map(), owed: new Set() };

/** Two steps, of which the second begins when VPP has done the first: nobody leaves for a server that VPP refused. */
export type VipSteps = readonly [changes: readonly LbOperation[], removals: readonly LbOperation[]];

const nothing: VipSteps = [[], []];

/** Servers first, each with its flows flushed, then the VIP: otherwise VPP keeps both for as long as flows live. */
export function teardownOf({ key, ases }: VipState, reason: string): LbOperation[] {
  const servers = [...ases].sort(byAddress);
  return [
    ...servers.map(({ address }): LbOperation => ({ op: 'as-del', key, address, flush: true, reason })),
    { op: 'vip-del', key, reason },
  ];
}

/**
 * Makes a VIP. `replaced` is what VPP had in its place, of which held weights are kept; VPP takes weights up to 255,
 * a new server gets 100 at most.
 */
export function creationOf(desired: DesiredVip, replaced: VipState | null): LbOperation[] {
  const { key, encap, tableLength, srcIpSticky, frontend } = desired;
  const reason = `wanted by frontend ${frontend}`;
  const had = byIp(replaced?.ases);
  const weights = outcome(desired, had, 100);
  return [
    { op: 'vip-add', key, encap, tableLength, srcIpSticky, reason },
    ...desired.ases.map((as, i) => addition(key, as, weights[i] ?? as.weight, had.get(as.address))),
  ];
}

/**
 * What makes a VIP that VPP has equal to the wanted one, in the order in which it must be done: add servers, raise
 * weights, lower weights, delete servers. Raising comes before lowering so that a VIP never passes through "no server".
 * In a plan that keeps VPP busy for long, who is taken out goes first, as long as others serve. Who is well and goes for
 * those who come waits for them.
 */
export function changesOf(desired: DesiredVip, found: VipState, memory: VipMemory): VipSteps {
  if (isEqual(desired, found, memory)) return nothing;
  const { key } = desired;
  const present = byIp(found.ases);
  const targets = outcome(desired, present);
  const adds: LbOperation[] = [];
  const raises: LbOperation[] = [];
  const lowers: WeightOperation[] = [];
  const relieved: WeightOperation[] = [];
  for (const [i, as] of desired.ases.entries()) {
    const weight = targets[i] ?? as.weight;
    const have = present.get(as.address);
    if (have === undefined) {
      adds.push(addition(key, as, weight, undefined));
      continue;
    }
    const change = weightChange(key, as, weight, have, memory);
    if (change === null) continue;
    if (change.weight > change.from) raises.push(change);
    else (as.relieved ? relieved : lowers).push(change);
  }
  const removals = removable(desired, found.ases, targets)
    .sort(byAddress)
    .map(({ address }): LbOperation => {
      const reason = `no backend of frontend ${desired.frontend}`;
      return { op: 'as-del', key, address, flush: true, reason };
    });
  const long = lowers.length > 0 && costOf([...adds, ...raises, ...lowers], loadOf(desired)) > PIECE_MS;
  const [first, last] = long ? spared(lowers, found) : [[], lowers];
  const coming = [...first, ...adds, ...raises];
  // If VPP refuses those who come, the others go on serving.
  if (adds.length + raises.length > 0 && !somebodyStays(desired, found, targets))
    return [
      [...coming, ...last],
      [...relieved, ...removals],
    ];
  if (adds.length > 0) return [[...coming, ...last, ...relieved], removals];
  return [[...coming, ...last, ...relieved, ...removals], []];
}

/** Does anybody who serves go on serving? Of a VIP in which nobody serves there is nobody to keep. */
function somebodyStays({ ases }: DesiredVip, found: VipState, targets: readonly number[]): boolean {
  const serving = found.ases.filter(({ weight }) => weight > 0);
  const staying = new Set<IpAddress>(
    ases.filter((_, i) => (targets[i] ?? 0) > 0).map(({ address }) => address),
  );
  return serving.length === 0 || serving.some(({ address }) => staying.has(address));
}

/**
 * Those that can go out of service before anything else is done, because others serve, and the rest: all of them if
 * somebody serves who is not among them, otherwise all but one that serves.
 */
function spared(
  lowers: readonly WeightOperation[],
  { ases }: VipState,
): readonly [WeightOperation[], WeightOperation[]] {
  const leaving = new Set(lowers.filter(({ weight }) => weight === 0).map(({ address }) => address));
  let others = ases.some(({ address, weight }) => weight > 0 && !leaving.has(address));
  const first: WeightOperation[] = [];
  const last: WeightOperation[] = [];
  for (const lower of lowers.toReversed()) {
    const leaves = lower.weight === 0 && (others || lower.from === 0);
    (leaves ? first : last).unshift(lower);
    others ||= lower.weight === 0 && lower.from > 0;
  }
  return [first, last];
}

/** The usual case, without a table or a list: VPP has what is wanted, in the order in which it was made. */
function isEqual({ ases }: DesiredVip, found: VipState, memory: VipMemory): boolean {
  if (memory.owed.size > 0 || found.ases.length !== ases.length) return false;
  let serves = false;
  let held = false;
  for (const [i, as] of ases.entries()) {
    const have = found.ases[i];
    if (have?.address !== as.address || (!as.hold && have.weight !== as.weight)) return false;
    if (mustCut(as, have.weight, memory)) return false;
    serves ||= have.weight > 0;
    held ||= as.hold;
  }
  return serves || !held;
}

/**
 * The weights that VPP has after the plan, server by server. What is held keeps its weight; but a VIP in which nobody
 * would serve then holds nothing: it takes what is known. VPP takes weights up to 255, of which `most` are kept.
 */
function outcome({ ases }: DesiredVip, have: ReadonlyMap<IpAddress, AsState>, most = 255): readonly number[] {
  const known = ases.map(({ weight }) => weight);
  if (!ases.some(({ hold }) => hold)) return known;
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
function removable({ ases }: DesiredVip, present: readonly AsState[], targets: readonly number[]): AsState[] {
  const wanted = new Set<IpAddress>(ases.map(({ address }) => address));
  const unwanted = present.filter(({ address }) => !wanted.has(address));
  if (unwanted.length === 0) return unwanted;
  const waits = targets.every((weight) => weight === 0) && ases.some(({ hold }) => hold);
  return waits ? unwanted.filter(({ weight }) => weight === 0) : unwanted;
}

type WeightOperation = Extract<LbOperation, { op: 'as-weight' }>;

function addition(key: VipKey, as: DesiredAs, weight: number, had: AsState | undefined): LbOperation {
  const kept = had === undefined ? null : Math.min(had.weight, 100);
  return { op: 'as-add', key, address: as.address, weight, reason: reasonOf(as, kept, weight) };
}

function weightChange(
  key: VipKey,
  as: DesiredAs,
  weight: number,
  have: AsState,
  memory: VipMemory,
): WeightOperation | null {
  const cut = as.flush && weight === 0;
  const owed = memory.owed.has(as.address);
  if (have.weight === weight && !owed && !mustCut(as, weight, memory)) return null;
  const reason = reasonOf(as, have.weight, weight);
  return { op: 'as-weight', key, address: as.address, from: have.weight, weight, flush: cut || owed, reason };
}

/**
 * Has a server of weight 0 come to be cut? From a verdict, not from a lack of one: after a restart of ours a server that
 * is down is nothing new.
 */
function mustCut(as: DesiredAs, weight: number, { servers }: VipMemory): boolean {
  if (!as.flush || weight !== 0) return false;
  const before = servers.get(as.address);
  return before !== undefined && !before.flush && !before.hold;
}

/** A weight that is set for lack of anything better is not one that is kept. */
function reasonOf(as: DesiredAs, had: number | null, weight: number): string {
  // Joined: syncs keep it of thousands of operations, and of a template all parts would be kept, in twice as much memory.
  const about = (why: string) => ['backend ', as.backend, ': ', why].join('');
  if (!as.hold || had === weight) return about(as.reason);
  const why = had === null ? 'VPP did not have it' : 'nobody would have served';
  return about(`not all verdicts are there yet, but ${why}`);
}

function byIp(ases: readonly AsState[] = []): ReadonlyMap<IpAddress, AsState> {
  if (ases.length === 0) return new Map();
  return new Map(ases.map((as) => [as.address, as]));
}

function byAddress(a: AsState, b: AsState): number {
  return compareIps(a.address, b.address);
}
