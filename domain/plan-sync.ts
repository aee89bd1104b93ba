import type { LbState } from './lb.js';
import { onlyChanges, onlyComes, type PrefixPlan, planPrefix } from './plan.js';
import { installCost, PIECE_MS } from './plan-cost.js';
import { type Growth, growthOf, leanestFirst } from './plan-order.js';
import type { StandingDecision } from './standing-decision.js';
import { atOnce, type Piecemeal } from './turns.js';
import { vipBytes } from './vpp-memory.js';
import { type PrefixWork, prefixWorks } from './whole-plan.js';

/** What a full sync is to do on one prefix. */
export interface PlannedPrefix extends PrefixWork {
  readonly plan: PrefixPlan;
}

/** One VIP is wanted, and VPP has it or nothing: its reconciler plans what there is to do, with what it remembers. */
export const leftToReconciler: PrefixPlan = { batches: [], refused: [], after: [] };

/**
 * What makes VPP, as a read has shown it, equal to the decision: prefix by prefix, in the order in which it is done.
 * Those of which it is known that nothing is to be done are left out.
 */
export function planSync(...of: Parameters<typeof planningSync>): PlannedPrefix[] {
  return atOnce(planningSync(...of));
}

/** The same piece by piece, in prefixes. */
export function* planningSync(
  { decision }: StandingDecision,
  state: LbState,
  isDone: (work: PrefixWork) => boolean = () => false,
): Piecemeal<PlannedPrefix[]> {
  const works = prefixWorks(decision.vips, state);
  yield works.length / 4;
  const plans: PlannedPrefix[] = [];
  const growths: Growth[] = [];
  let looked = 0;
  for (const work of works) {
    if (!isDone(work)) {
      const one = planned(work, state.conf);
      plans.push(one);
      growths.push(growthOfPrefix(one));
    }
    if (++looked % 16 === 0) yield 16;
  }
  yield plans.length;
  return leanestFirst(plans, (one, i) => growths[i] ?? growthOfPrefix(one));
}

/** As the plan of the reconciler will have it. */
function growthOfPrefix({ plan, wanted: [vip], found }: PlannedPrefix): Growth {
  if (plan !== leftToReconciler || vip === undefined || found.length > 0) return growthOf(plan);
  return { rank: 1, growth: vipBytes({ tableLength: vip.tableLength, servers: vip.ases.length }) };
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
  return same ? before : planned({ prefix, wanted, found }, conf);
}

/** Milliseconds of VPP's work that it may take before a decision can overtake it. */
export function weightOfPrefix({ wanted, found }: Pick<PlannedPrefix, 'wanted' | 'found'>): number {
  let cost = 0;
  for (const { tableLength, ases } of wanted) cost += installCost(tableLength, ases.length);
  for (const { tableLength, ases } of found) cost += installCost(tableLength.value, ases.length);
  return Math.min(PIECE_MS, cost);
}

function planned(work: PrefixWork, conf: LbState['conf']): PlannedPrefix {
  const left = onlyChanges(work) || onlyComes(work, conf);
  const plan = left ? leftToReconciler : planPrefix({ ...work, conf, memory: new Map() });
  return { ...work, plan };
}
