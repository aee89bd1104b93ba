import { MaglevError } from '../../domain/errors.js';
import type { IpPrefix } from '../../domain/ip.js';
import { type DesiredVip, type VipId, type VipState, vipId } from '../../domain/lb.js';
import { type Batch, onlyChanges, type PrefixPlan, planPrefix } from '../../domain/plan.js';
import { installCost, loadOfFound, PIECE_MS } from '../../domain/plan-cost.js';
import { leanestFirst } from '../../domain/plan-order.js';
import type { StandingDecision } from '../../domain/standing-decision.js';
import { addTallies, failure, type Tally } from '../../domain/tally.js';
import type { Address } from '../../protocol/address.js';
import type { LbReading, VppRequest } from '../../protocol/vpp.js';
import type { ActorRef, Context } from '../kernel/contract.js';
import { inWindow } from '../window.js';
import type { ReconcilerMessage } from './reconciler.js';
import { writeInPieces } from './writing.js';

export interface FullSyncOptions {
  readonly link: Address<VppRequest>;
  /** What is wanted now; it may change while a sync is under way. */
  readonly standing: () => StandingDecision;
  readonly reconcilerOf: (vip: DesiredVip) => ActorRef<ReconcilerMessage>;
  /** Told what was done on each prefix. */
  readonly changed: (result: Tally) => void;
}

/**
 * Prefixes that are worked on at once: enough that VPP always has the next request when it has answered the last one,
 * and so few that a turn of the event loop stays short, and that no reconciler waits for long for its turn at VPP, in
 * which it would not follow a newer decision. In milliseconds of VPP's work, and in their number.
 */
const WINDOW_MS = 100;
const WINDOW = 64;

/** Makes VPP equal to the decision, prefix by prefix, after a read of all that it has. */
export async function fullSync(
  context: Pick<Context<never>, 'ask' | 'clock' | 'signal'>,
  options: FullSyncOptions,
  reading: LbReading,
): Promise<Tally> {
  const found = new Map<IpPrefix, VipState[]>();
  for (const prefix of options.standing().prefixes()) found.set(prefix, []);
  for (const vip of reading.vips) {
    const neighbours = found.get(vip.key.prefix);
    if (neighbours === undefined) found.set(vip.key.prefix, [vip]);
    else neighbours.push(vip);
  }
  const planned = [...found].map(([prefix, vips]) => planFor(options, prefix, vips, reading));
  const sync = async (one: Planned) => {
    const result = await syncPrefix(context, options, one, reading);
    options.changed(result);
    return result;
  };
  return addTallies(await inWindow(leanestFirst(planned), WINDOW_MS, sync, weightOf));
}

interface Planned {
  readonly prefix: IpPrefix;
  readonly wanted: readonly DesiredVip[];
  readonly found: readonly VipState[];
  readonly plan: PrefixPlan;
}

function planFor(
  { standing }: FullSyncOptions,
  prefix: IpPrefix,
  found: readonly VipState[],
  { conf }: LbReading,
): Planned {
  const wanted = standing().onPrefix(prefix);
  const plan = onlyChanges({ wanted, found })
    ? leftToReconciler
    : planPrefix({ wanted, found, conf, memory: noMemory });
  return { prefix, wanted, found, plan };
}

/** Nothing comes or goes on the prefix: its reconciler plans the rest, with what it remembers. */
const leftToReconciler: PrefixPlan = {
  batches: [],
  refused: [],
  after: [],
};

function weightOf({ wanted, found }: Planned): number {
  let cost = 0;
  for (const { tableLength, ases } of wanted) cost += installCost(tableLength, ases.length);
  for (const { tableLength, ases } of found) cost += installCost(tableLength.value, ases.length);
  return Math.max(WINDOW_MS / WINDOW, Math.min(PIECE_MS, cost));
}

async function syncPrefix(
  context: Pick<Context<never>, 'ask' | 'clock' | 'signal'>,
  options: FullSyncOptions,
  before: Planned,
  reading: LbReading,
): Promise<Tally> {
  const { prefix, found } = before;
  const wanted = options.standing().onPrefix(prefix);
  // While this sync was under way, a backend may have failed, or the config may have changed.
  const same = wanted.length === before.wanted.length && wanted.every((vip, i) => vip === before.wanted[i]);
  const { plan } = same ? before : planFor(options, prefix, found, reading);
  const tallies = plan.refused.map((refusal) => {
    const code = refusal.kind === 'nat' ? 'MGL_VPP_GUARD' : 'MGL_VPP_SYNC';
    return failure(refusal, new MaglevError(code, refusal.text), context.clock.now());
  });
  const skipped = new Set(plan.refused.map(({ key }) => vipId(key)));
  const has = new Map(found.map((vip) => [vipId(vip.key), vip]));
  for (const batch of plan.batches) {
    if (batch.kind === 'remove') {
      const load = batch.vips.flatMap((id) => has.get(id) ?? []).map(loadOfFound)[0];
      if (load === undefined) continue;
      tallies.push(
        await writeInPieces(context, { link: options.link, load, urgent: false }, batch.operations),
      );
    } else if (batch.kind === 'anew') {
      const result = await makeAnew(context, options, batch);
      tallies.push(result);
      for (const id of batch.vips) {
        const after = plan.after.find((vip) => vipId(vip.key) === id);
        if (result.failures.length > 0 || after === undefined) skipped.add(id);
        else has.set(id, after);
      }
    }
  }
  for (const { key } of wanted) {
    const id = vipId(key);
    const desired = options.standing().vip(id);
    if (desired === undefined || skipped.has(id)) continue;
    tallies.push(
      await reconcile(context, options.reconcilerOf(desired), desired, has.get(id) ?? null, reading),
    );
  }
  return addTallies(tallies);
}

const noMemory = new Map<VipId, never>();

/** The reconciler of the first writes for all: they go together, and come back together. */
async function makeAnew(
  context: Pick<Context<never>, 'ask' | 'clock' | 'signal'>,
  { standing, reconcilerOf }: FullSyncOptions,
  batch: Batch,
): Promise<Tally> {
  const vips = batch.vips.flatMap((id) => standing().vip(id) ?? []);
  const [first, ...others] = vips;
  if (first === undefined) return addTallies([]);
  const neighbours = others.map(reconcilerOf);
  try {
    await Promise.all(neighbours.map((one) => context.ask(one, { type: 'remaking' })));
    const request = { type: 'make-anew', batch, desired: first } as const;
    const result = await context.ask(reconcilerOf(first), request);
    for (const one of neighbours) one.tell({ type: 'remade', done: result.failures.length === 0 });
    return result;
  } catch (error) {
    for (const one of neighbours) one.tell({ type: 'remade', done: false });
    return crashOf(context, first, error);
  }
}

/** Hands a VIP to its reconciler, with what a read has shown of it. */
export async function reconcile(
  context: Pick<Context<never>, 'ask' | 'clock' | 'signal'>,
  reconciler: ActorRef<ReconcilerMessage>,
  desired: DesiredVip,
  found: VipState | null,
  { order, conf }: LbReading,
): Promise<Tally> {
  try {
    return await context.ask(reconciler, { type: 'reconcile', desired, found, order, conf });
  } catch (error) {
    return crashOf(context, desired, error);
  }
}

/** A reconciler that crashes is a failure of its VIP, and of no other. */
function crashOf(
  { signal, clock }: Pick<Context<never>, 'clock' | 'signal'>,
  { key }: DesiredVip,
  error: unknown,
): Tally {
  const crashed =
    error instanceof MaglevError &&
    (error.code === 'MGL_ACTOR_CRASHED' || (error.code === 'MGL_ACTOR_STOPPED' && !signal.aborted));
  if (!crashed) throw error;
  return failure({ key, reason: 'its reconciler failed' }, error, clock.now());
}
