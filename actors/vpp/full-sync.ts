import { MaglevError } from '../../domain/errors.js';
import { type DesiredVip, type VipState, vipId } from '../../domain/lb.js';
import type { Batch } from '../../domain/plan.js';
import { loadOfFound } from '../../domain/plan-cost.js';
import {
  leftToReconciler,
  type PlannedPrefix,
  planSync,
  upToDate,
  weightOfPrefix,
} from '../../domain/plan-sync.js';
import type { SettledVips } from '../../domain/settled-vips.js';
import type { StandingDecision } from '../../domain/standing-decision.js';
import { addTallies, failure, nothing, type Tally } from '../../domain/tally.js';
import { inWindow } from '../../domain/window.js';
import type { Address } from '../../protocol/address.js';
import type { ReconcilerRequest } from '../../protocol/reconciling.js';
import type { LbReading, VppRequest } from '../../protocol/vpp.js';
import type { ActorRef, Context } from '../kernel/contract.js';
import { writeInPieces } from './writing.js';

export interface FullSyncOptions {
  readonly link: Address<VppRequest>;
  /** What is wanted now; it may change while a sync is under way. */
  readonly standing: () => StandingDecision;
  readonly reconcilerOf: (vip: DesiredVip) => ActorRef<ReconcilerRequest>;
  /** VIPs whose reconcilers are not asked again. */
  readonly settled: Pick<SettledVips, 'has'>;
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
  const sync = async (one: PlannedPrefix) => {
    const result = await syncPrefix(
      context,
      options,
      upToDate(one, options.standing(), reading.conf),
      reading,
    );
    options.changed(result);
    return result;
  };
  const weightOf = (one: PlannedPrefix) => Math.max(WINDOW_MS / WINDOW, weightOfPrefix(one));
  const isSettled = ({ wanted: [desired], found: [found], plan }: PlannedPrefix) =>
    plan === leftToReconciler &&
    desired !== undefined &&
    found !== undefined &&
    options.settled.has(desired, found);
  const due = planSync(options.standing(), reading).filter((one) => !isSettled(one));
  return addTallies(await inWindow(due, WINDOW_MS, sync, weightOf));
}

async function syncPrefix(
  context: Pick<Context<never>, 'ask' | 'clock' | 'signal'>,
  options: FullSyncOptions,
  { wanted, found, plan }: PlannedPrefix,
  reading: LbReading,
): Promise<Tally> {
  if (plan === leftToReconciler) {
    const desired = wanted.flatMap(({ key }) => options.standing().vip(vipId(key)) ?? [])[0];
    if (desired === undefined) return nothing;
    return reconcile(context, options.reconcilerOf(desired), desired, found[0] ?? null, reading);
  }
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
  reconciler: ActorRef<ReconcilerRequest>,
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
