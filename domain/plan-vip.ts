import { compareIps, type IpAddress } from './ip.js';
import type { AsState, DesiredAs, DesiredVip, LbOperation, VipKey, VipState } from './lb.js';
import { costOf, loadOf, PIECE_MS } from './plan-cost.js';
import { ServerPlaces } from './server-places.js';

/** What was done about a VIP before. */
export interface VipMemory {
  /**
   * What each server was last made equal to: one whose flows must be cut although its weight is 0 already (paused,
   * then disabled) is told from one that was cut.
   */
  readonly servers: readonly DesiredAs[];
  /** Servers whose flows are still to be cut, whatever becomes of their weight. */
  readonly owed: ReadonlySet<IpAddress>;
}

export const noMemory: VipMemory = { servers: [], owed: new Set() };

/** Two steps, of which the second begins when VPP has done the first: nobody leaves for a server that VPP refused. */
export type VipSteps = readonly [changes: readonly LbOperation[], removals: readonly LbOperation[]];

const none: readonly LbOperation[] = [];

const nothing: VipSteps = [none, none];

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
  const had = replaced?.ases ?? [];
  const places = new ServerPlaces(had);
  const weights = outcome(desired, had, places, 100);
  return [
    { op: 'vip-add', key, encap, tableLength, srcIpSticky, reason },
    ...desired.ases.map((as, i) =>
      addition(key, as, weights?.[i] ?? as.weight, had[places.of(as.address, i)]),
    ),
  ];
}

/**
 * What makes a VIP that VPP has equal to the wanted one, in the order in which it must be done: add servers, raise
 * weights, lower weights, delete servers. Raising comes before lowering so that a VIP never passes through "no server".
 * In a plan that keeps VPP busy for long, who is taken out goes first, as long as others serve. Who is well and goes for
 * those who come waits for them.
 */
export function changesOf(desired: DesiredVip, found: VipState, memory: VipMemory): VipSteps {
  const { key, ases } = desired;
  const places = new ServerPlaces(found.ases);
  const remembered = new ServerPlaces(memory.servers);
  const targets = outcome(desired, found.ases, places);
  const owes = memory.owed.size > 0;
  const adds: LbOperation[] = [];
  const raises: LbOperation[] = [];
  const lowers: WeightOperation[] = [];
  const relieved: WeightOperation[] = [];
  /** Does anybody who serves go on serving? */
  let stays = false;
  for (let i = 0; i < ases.length; i++) {
    const as = ases[i];
    if (as === undefined) continue;
    const weight = targets?.[i] ?? as.weight;
    const near = found.ases[i];
    const have = near?.address === as.address ? near : found.ases[places.of(as.address, i)];
    if (have === undefined) {
      adds.push(addition(key, as, weight, undefined));
      continue;
    }
    if (weight > 0 && have.weight > 0) stays = true;
    const owed = owes && memory.owed.has(as.address);
    const cut = weight === 0 && as.flush && isNewToCut(memory.servers[remembered.of(as.address, i)]);
    if (have.weight === weight && !owed && !cut) continue;
    const change = weightChange(key, as, weight, have.weight, owed);
    if (change.weight > change.from) raises.push(change);
    else (as.relieved ? relieved : lowers).push(change);
  }
  const removals =
    found.ases.length + adds.length === ases.length ? none : removalsOf(desired, found, targets);
  if (adds.length + raises.length + lowers.length + relieved.length + removals.length === 0) return nothing;
  const long = lowers.length > 0 && costOf(none.concat(adds, raises, lowers), loadOf(desired)) > PIECE_MS;
  const [first, last] = long ? spared(lowers, found) : [none, lowers];
  const coming = none.concat(first, adds, raises, last);
  // If VPP refuses those who come, the others go on serving. Of a VIP in which nobody serves there is nobody to keep.
  if (adds.length + raises.length > 0 && !stays && found.ases.some(({ weight }) => weight > 0))
    return [coming, none.concat(relieved, removals)];
  if (adds.length > 0) return [coming.concat(relieved), removals];
  return [coming.concat(relieved, removals), none];
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

/**
 * The weights that VPP has after the plan, server by server; null: those that are wanted. What is held keeps its weight; but a
 * VIP in which nobody would serve then holds nothing: it takes what is known. VPP takes weights up to 255, of which `most` are
 * kept.
 */
function outcome(
  { ases }: DesiredVip,
  have: readonly AsState[],
  places: ServerPlaces,
  most = 255,
): readonly number[] | null {
  if (!ases.some(({ hold }) => hold)) return null;
  const weights = ases.map((as, i) => {
    const held = as.hold ? have[places.of(as.address, i)] : undefined;
    return held === undefined ? as.weight : Math.min(held.weight, most);
  });
  return weights.some((weight) => weight > 0) ? weights : null;
}

/**
 * Of the servers that no backend stands for. None that serves goes as long as the VIP would be left without anybody while
 * servers without a verdict are in it: one of them may turn out to serve.
 */
function removalsOf(
  { key, frontend, ases }: DesiredVip,
  found: VipState,
  targets: readonly number[] | null,
): LbOperation[] {
  const wanted = new Set<IpAddress>(ases.map(({ address }) => address));
  const waits = ases.every((as, i) => (targets?.[i] ?? as.weight) === 0) && ases.some(({ hold }) => hold);
  return found.ases
    .filter(({ address, weight }) => !wanted.has(address) && (weight === 0 || !waits))
    .sort(byAddress)
    .map(({ address }): LbOperation => {
      const reason = `no backend of frontend ${frontend}`;
      return { op: 'as-del', key, address, flush: true, reason };
    });
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
  from: number,
  owed: boolean,
): WeightOperation {
  const flush = owed || (as.flush && weight === 0);
  const reason = reasonOf(as, from, weight);
  return { op: 'as-weight', key, address: as.address, from, weight, flush, reason };
}

/**
 * Is it news that the flows of a server of weight 0 are to be cut? By a verdict, not by a lack of one: after a restart of ours
 * a server that is down is nothing new.
 */
function isNewToCut(before: DesiredAs | undefined): boolean {
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

function byAddress(a: AsState, b: AsState): number {
  return compareIps(a.address, b.address);
}
