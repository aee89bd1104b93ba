import { MaglevError } from '../../domain/errors.js';
import { type DesiredVip, type LbConf, type VipId, type VipState, vipId } from '../../domain/lb.js';
import { keptWeights, planVip, settledVip } from '../../domain/plan.js';
import { leanestFirst } from '../../domain/plan-order.js';
import { type PrefixPlan, planPrefixes } from '../../domain/plan-prefix.js';
import type { StandingDecision } from '../../domain/standing-decision.js';
import type { Address } from '../../protocol/address.js';
import type { VppRequest } from '../../protocol/vpp.js';
import { ask, untilAnswered } from '../ask.js';
import type { Context } from '../kernel/contract.js';
import { inWindow } from '../window.js';
import { apply } from './reconciler.js';
import { addTallies, failure, nothing, type Tally } from './tally.js';

export interface FullSyncOptions {
  readonly link: Address<VppRequest>;
  /** Told of the global settings that VPP has. */
  readonly foundConf: (conf: LbConf) => void;
  /** What is wanted; it may change while a sync is under way. */
  readonly wanted: StandingDecision;
  /** Hands a VIP to its reconciler. */
  readonly reconcile: (desired: DesiredVip, found: VipState | null, read: number) => Promise<Tally>;
  /** Counts the read that is about to be sent, and gives its number. */
  readonly beginRead: () => number;
  /** Ends the reconcilers of all other VIPs. */
  readonly keepOnly: (wanted: ReadonlySet<VipId>) => Promise<void>;
}

/**
 * Prefixes that are worked on at once: enough that VPP always has the next request when it has answered the last one,
 * and so few that a turn of the event loop stays short.
 */
const WINDOW = 64;

/** One pass over everything: reads VPP once, then prefix by prefix removes what is stale and reconciles what is wanted. */
export async function fullSync(
  context: Pick<Context<never>, 'ask' | 'log'>,
  options: FullSyncOptions,
): Promise<Tally> {
  const { link, wanted } = options;
  const read = options.beginRead();
  const state = await ask(context, link, { type: 'read-state' }, untilAnswered);
  options.foundConf(state.conf);
  const vips = wanted.vips();
  await options.keepOnly(new Set(vips.map((vip) => vipId(vip.key))));
  const tallies = await inWindow(leanestFirst(planPrefixes(vips, state), vips), WINDOW, (plan) =>
    syncPrefix(context, options, plan, read),
  );
  return addTallies(tallies.flat());
}

async function syncPrefix(
  context: Pick<Context<never>, 'ask' | 'log'>,
  { link, wanted, reconcile }: FullSyncOptions,
  plan: PrefixPlan,
  read: number,
): Promise<Tally[]> {
  const tallies = plan.untouchable.map(({ vip, reason }) =>
    failure(
      vip.key,
      reason,
      new MaglevError('MGL_VPP_GUARD', `VIP ${vipId(vip.key)} was left as it is: ${reason}`),
    ),
  );
  const gone = new Set(plan.teardowns.map(({ vip }) => vipId(vip.key)));
  // Looked up now: while this sync was under way, a backend may have failed, or the config may have changed.
  const current = plan.wanted.flatMap((id) => wanted.vip(id) ?? []);
  const torn = current.flatMap((vip) => {
    const had = plan.found.get(vipId(vip.key));
    return had !== undefined && gone.has(vipId(vip.key)) ? [keptWeights(vip, had)] : [];
  });
  // One batch: an end of maglevd cannot come between the removal of a VIP and its return.
  const operations = [
    ...plan.teardowns.flatMap((teardown) => teardown.operations),
    ...torn.flatMap((vip) => planVip(vip, null, null)),
  ];
  const replaced = operations.length === 0 ? nothing : await apply(context, link, operations);
  tallies.push(replaced);
  for (const desired of current) {
    const id = vipId(desired.key);
    const anew = replaced.failures.length === 0 ? torn.find((vip) => vipId(vip.key) === id) : undefined;
    if (anew === undefined && gone.has(id)) continue;
    const has = anew === undefined ? (plan.found.get(id) ?? null) : settledVip(anew, null);
    tallies.push(await reconcile(desired, has, read).catch((error: unknown) => crashOf(desired, error)));
  }
  return tallies;
}

/** A reconciler that crashes is a failure of its VIP, and of no other. */
function crashOf({ key }: DesiredVip, error: unknown): Tally {
  if (!(error instanceof MaglevError) || error.code !== 'MGL_ACTOR_CRASHED') throw error;
  return failure(key, 'its reconciler failed', error);
}
