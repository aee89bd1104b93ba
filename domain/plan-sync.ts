import type { IpPrefix } from './ip.js';
import type { DesiredVip, LbState, VipState } from './lb.js';
import { onlyChanges, type PrefixPlan, planPrefix } from './plan.js';
import { installCost, PIECE_MS } from './plan-cost.js';
import { leanestFirst } from './plan-order.js';
import type { StandingDecision } from './standing-decision.js';

/** What a full sync is to do on one prefix. */
export interface PlannedPrefix {
  readonly prefix: IpPrefix;
  readonly wanted: readonly DesiredVip[];
  readonly found: readonly VipState[];
  readonly plan: PrefixPlan;
}

/** Nothing comes or goes on the prefix: its reconciler plans the rest, with what it remembers. */
const leftToReconciler: PrefixPlan = { batches: [], refused: [], after: [] };

/** What makes VPP, as a read has shown it, equal to the decision: prefix by prefix, in the order in which it is done. */
export function planSync(standing: StandingDecision, { vips, conf }: LbState): PlannedPrefix[] {
  const found = new Map<IpPrefix, VipState[]>();
  for (const prefix of standing.prefixes()) found.set(prefix, []);
  for (const vip of vips) {
    const neighbours = found.get(vip.key.prefix);
    if (neighbours === undefined) found.set(vip.key.prefix, [vip]);
    else neighbours.push(vip);
  }
  return leanestFirst([...found].map(([prefix, here]) => planFor(standing, prefix, here, conf)));
}

/** The same plan, or a new one if something else is wanted on its prefix now. */
export function upToDate(
  before: PlannedPrefix,
  standing: StandingDecision,
  conf: LbState['conf'],
): PlannedPrefix {
  const { prefix, found } = before;
  const wanted = standing.onPrefix(prefix);
  const same = wanted.length === before.wanted.length && wanted.every((vip, i) => vip === before.wanted[i]);
  return same ? before : planFor(standing, prefix, found, conf);
}

/** Milliseconds of VPP's work that it may take before a decision can overtake it. */
export function weightOfPrefix({ wanted, found }: Pick<PlannedPrefix, 'wanted' | 'found'>): number {
  let cost = 0;
  for (const { tableLength, ases } of wanted) cost += installCost(tableLength, ases.length);
  for (const { tableLength, ases } of found) cost += installCost(tableLength.value, ases.length);
  return Math.min(PIECE_MS, cost);
}

function planFor(
  standing: StandingDecision,
  prefix: IpPrefix,
  found: readonly VipState[],
  conf: LbState['conf'],
): PlannedPrefix {
  const wanted = standing.onPrefix(prefix);
  const plan = onlyChanges({ wanted, found })
    ? leftToReconciler
    : planPrefix({ wanted, found, conf, memory: new Map() });
  return { prefix, wanted, found, plan };
}
