import { type Circumstances, decideFrontend } from './deciding.js';
import { lbConfOf } from './desired.js';
import { stakesOf } from './flows-at-stake.js';
import type { Hypothesis } from './hypothesis.js';
import type { IpAddress } from './ip.js';
import { type DesiredVip, type LbConf, type LbState, type VipFlows, type VipId, vipId } from './lb.js';
import { sameConf } from './plan.js';
import { noMemory, type VipMemory } from './plan-vip.js';
import { type Moved, movedBy, planWork, prefixWorks, type TablePair, type VipPlan } from './whole-plan.js';

/** What would be sent to VPP, and what follows from it. */
export interface PlanReport {
  /** Global settings that would be changed; null = none. */
  readonly conf: { readonly before: LbConf; readonly after: LbConf } | null;
  /** Of the VIPs for which there is something to do. */
  readonly vips: readonly (VipPlan & { readonly moved: Moved | null; readonly atStake: number | null })[];
  /** Why VIPs would be left as they are, a sentence each. */
  readonly refused: readonly string[];
  /** Backends whose verdict would begin anew, so that VPP keeps what it has of them until they have been probed. */
  readonly begunAnew: readonly string[];
  /** Flows that VPP knows, and that would be cut or forgotten, all together; null = VPP does not tell. */
  readonly atStake: number | null;
  /** Milliseconds of VPP's main thread, all together. */
  readonly vppMs: number;
}

/** What it follows from. */
export interface Foresight {
  readonly hypothesis: Hypothesis;
  /** Under which it would be decided. */
  readonly circumstances: Circumstances;
  /** What is wanted now, and was written where VPP has the VIP; none: nobody remembers anything. */
  readonly before: readonly DesiredVip[];
  readonly state: LbState;
  /** What VPP knows of flows; null = it does not tell. */
  readonly flows: readonly VipFlows[] | null;
}

/** All of a plan but what moves in the tables, which takes longest. */
export type Foreseen = Omit<PlanReport, 'vips'> & {
  readonly vips: readonly (VipPlan & { readonly atStake: number | null })[];
};

/** In short pieces: in between whoever has others to think of lets them have their turn. */
export function* foresee(foresight: Foresight): Generator<void, Foreseen> {
  const { hypothesis, circumstances, before, state, flows } = foresight;
  const { config } = circumstances.effective;
  const wanted: DesiredVip[] = [];
  for (const frontend of config.frontends.values()) {
    wanted.push(decideFrontend(frontend, circumstances).vip);
    yield;
  }
  const after = lbConfOf(config.lb);
  const memories = memoriesOf(before, wanted, state, cutBy(hypothesis, config.backends));
  yield;
  const works = prefixWorks(wanted, state);
  yield;
  const vips: VipPlan[] = [];
  const refused: string[] = [];
  for (const work of works) {
    const plan = planWork(work, after, memories);
    vips.push(...plan.vips);
    refused.push(...plan.refused);
    yield;
  }
  const stakes = stakesOf(vips, flows, { before: state.conf, after });
  return {
    conf: sameConf(state.conf, after) ? null : { before: state.conf, after },
    vips: vips.map((vip, i) => ({ ...vip, atStake: stakes.vips[i] ?? null })),
    refused,
    begunAnew: hypothesis.kind === 'config' ? hypothesis.begunAnew : [],
    atStake: stakes.total,
    vppMs: vips.reduce((sum, { vppMs }) => sum + vppMs, 0),
  };
}

/** The tables that a plan changes, in the order of its VIPs. */
export function tablesIn({ vips }: Foreseen): TablePair[] {
  return vips.flatMap(({ tables }) => tables ?? []);
}

/** The plan with what moves in each of those tables. */
export function withMoves(foreseen: Foreseen, moves: readonly Moved[]): PlanReport {
  const left = moves.values();
  const vips = foreseen.vips.map((vip) => {
    const moved = vip.tables === null ? null : (left.next().value ?? null);
    return { ...vip, moved };
  });
  return { ...foreseen, vips };
}

/** The plan, however long it takes: for a process that has nothing else to do. */
export function foreseeAtOnce(foresight: Foresight): PlanReport {
  const pieces = foresee(foresight);
  let piece = pieces.next();
  while (piece.done !== true) piece = pieces.next();
  return withMoves(piece.value, tablesIn(piece.value).map(movedBy));
}

/** A server whose flows would be cut at once. */
interface Cut {
  readonly frontend: string;
  readonly address: IpAddress;
}

/** null = nothing. */
function cutBy(
  hypothesis: Hypothesis,
  backends: ReadonlyMap<string, { readonly address: IpAddress }>,
): Cut | null {
  if (hypothesis.kind !== 'weight' || !hypothesis.flush) return null;
  const { frontend, backend } = hypothesis.change;
  const address = backends.get(backend)?.address;
  return address === undefined ? null : { frontend, address };
}

/** What reconcilers remember: VPP was made equal to what is wanted now, where it has the server at all. */
function memoriesOf(
  before: readonly DesiredVip[],
  wanted: readonly DesiredVip[],
  { vips }: LbState,
  cut: Cut | null,
): ReadonlyMap<VipId, VipMemory> {
  const has = new Set(vips.map(({ key }) => vipId(key)));
  const memories = new Map<VipId, VipMemory>();
  for (const { key, ases } of before) {
    const id = vipId(key);
    if (has.has(id)) memories.set(id, { servers: ases, owed: noMemory.owed });
  }
  const vip = cut === null ? undefined : wanted.find(({ frontend }) => frontend === cut.frontend);
  if (vip !== undefined && cut !== null) {
    const id = vipId(vip.key);
    memories.set(id, { ...(memories.get(id) ?? noMemory), owed: new Set([cut.address]) });
  }
  return memories;
}
