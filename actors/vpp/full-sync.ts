import { type DesiredVip, type VipId, type VipState, vipId } from '../../domain/lb.js';
import { keptWeights, planStale } from '../../domain/plan.js';
import type { StandingDecision } from '../../domain/standing-decision.js';
import type { Address } from '../../protocol/address.js';
import type { VppRequest } from '../../protocol/vpp.js';
import { ask, untilAnswered } from '../ask.js';
import type { Context } from '../kernel/contract.js';
import { inWindow } from '../window.js';
import type { ConfPusherMessage } from './conf-pusher.js';
import { apply } from './reconciler.js';
import { addTallies, nothing, type Tally } from './tally.js';

export interface FullSyncOptions {
  readonly link: Address<VppRequest>;
  readonly confPusher: Address<ConfPusherMessage>;
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
 * VIPs that are worked on at once: enough that VPP always has the next request when it has answered the last one, and
 * so few that a turn of the event loop stays short.
 */
const WINDOW = 64;

/** One pass over everything: reads VPP once, removes what is stale, hands every wanted VIP to its reconciler. */
export async function fullSync(
  context: Pick<Context<never>, 'ask' | 'log'>,
  options: FullSyncOptions,
): Promise<Tally> {
  const { link, wanted } = options;
  const read = options.beginRead();
  const state = await ask(context, link, { type: 'read-state' }, untilAnswered);
  options.confPusher.tell({ type: 'found', conf: state.conf });

  const vips = wanted.vips();
  const stale = planStale(vips, state);
  const removed = await inWindow(stale, WINDOW, ({ operations }) => apply(context, link, operations));

  const found = new Map(state.vips.map((vip) => [vipId(vip.key), vip]));
  const removedIds = new Set(stale.map(({ vip }) => vipId(vip.key)));
  await options.keepOnly(new Set(vips.map((vip) => vipId(vip.key))));
  const reconciled = await inWindow(vips, WINDOW, async ({ key }) => {
    const id = vipId(key);
    // Looked up now: while this sync was under way, a backend may have failed, or the config may have changed.
    const desired = wanted.vip(id);
    if (desired === undefined) return nothing;
    const had = found.get(id) ?? null;
    if (had === null || !removedIds.has(id)) return options.reconcile(desired, had, read);
    return options.reconcile(keptWeights(desired, had), null, read);
  });
  return addTallies([...removed, ...reconciled]);
}
