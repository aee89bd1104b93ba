import { MaglevError } from '../../domain/errors.js';
import { type DesiredVip, type VipState, vipId } from '../../domain/lb.js';
import type { Batch } from '../../domain/plan.js';
import { loadOfFound } from '../../domain/plan-cost.js';
import {
  leftToReconciler,
  type PlannedPrefix,
  planningSync,
  upToDate,
  weightOfPrefix,
} from '../../domain/plan-sync.js';
import { isSettled, type SettledVips } from '../../domain/settled-vips.js';
import type { StandingDecision } from '../../domain/standing-decision.js';
import { addTallies, failure, nothing, type Tally } from '../../domain/tally.js';
import { inTurns } from '../../domain/turns.js';
import { inWindow } from '../../domain/window.js';
import type { Address } from '../../protocol/address.js';
import type { ReconcilerRequest } from '../../protocol/reconciling.js';
import type { LbReading, VppRequest } from '../../protocol/vpp.js';
import type { ActorRef, Context } from '../kernel/contract.js';
import { writeInPieces } from './writing.js';

export interface SyncOptions {
  readonly link: Address<VppRequest>;
  /** What is wanted now; it may change while a sync is under way. */
  readonly standing: () => StandingDecision;
  readonly reconcilerOf: (vip: DesiredVip) => ActorRef<ReconcilerRequest>;
  /** VIPs whose reconcilers are not asked again by a sync of all. */
  readonly settled: Pick<SettledVips, 'has' | 'allAre'>;
}

/**
 * Prefixes that are worked on at once, in milliseconds of VPP's work and in their number: enough that VPP always has the
 * next request, and so few that turns stay short and no reconciler, which then follows no newer decision, waits for long.
 */
const WINDOW_MS = 100;
const WINDOW = 64;
const PLANNED_A_TURN = 128;

type Surroundings = Pick<Context<never>, 'ask' | 'clock' | 'signal'>;

/** Makes VPP equal to the decision, or one VIP of it, after a read of all that it has. */
export class Sync {
  readonly #context: Surroundings;
  readonly #options: SyncOptions;
  readonly #reading: LbReading;

  constructor(context: Surroundings, options: SyncOptions, reading: LbReading) {
    this.#context = context;
    this.#options = options;
    this.#reading = reading;
  }

  /** Prefix by prefix; `changed` is told what was done on each. */
  async all(changed: (result: Tally) => void): Promise<Tally> {
    const { standing, settled } = this.#options;
    const sync = async (one: PlannedPrefix) => {
      const result = await this.#prefix(upToDate(one, standing(), this.#reading.conf));
      changed(result);
      return result;
    };
    const weightOf = (one: PlannedPrefix) => Math.max(WINDOW_MS / WINDOW, weightOfPrefix(one));
    const planning = planningSync(standing(), this.#reading, (one) => isSettled(one, settled));
    const due = await inTurns(planning, PLANNED_A_TURN);
    if (due.length === 0) settled.allAre();
    return addTallies(await inWindow(due, WINDOW_MS, sync, weightOf));
  }

  /** Hands a VIP to its reconciler, with what the read has shown of it; null: VPP does not have it. */
  async one(desired: DesiredVip, found: VipState | null): Promise<Tally> {
    const { order, conf } = this.#reading;
    const question = { type: 'reconcile', desired, found, order, conf } as const;
    return this.#context
      .ask(this.#options.reconcilerOf(desired), question)
      .catch((error: unknown) => this.#crashOf(desired, error));
  }

  async #prefix({ wanted, found, plan }: PlannedPrefix): Promise<Tally> {
    const { clock } = this.#context;
    const { link, standing } = this.#options;
    if (plan === leftToReconciler) {
      const [desired] = wanted.flatMap(({ key }) => standing().vip(vipId(key)) ?? []);
      return desired === undefined ? nothing : this.one(desired, found[0] ?? null);
    }
    const tallies = plan.refused.map((refusal) => {
      const code = refusal.kind === 'nat' ? 'MGL_VPP_GUARD' : 'MGL_VPP_SYNC';
      return failure(refusal, new MaglevError(code, refusal.text), clock.now());
    });
    const skipped = new Set(plan.refused.map(({ key }) => vipId(key)));
    const has = new Map(found.map((vip) => [vipId(vip.key), vip]));
    for (const batch of plan.batches) {
      if (batch.kind === 'remove') {
        const load = batch.vips.flatMap((id) => has.get(id) ?? []).map(loadOfFound)[0];
        if (load === undefined) continue;
        tallies.push(await writeInPieces(this.#context, { link, load, urgent: false }, batch.operations));
      } else if (batch.kind === 'anew') {
        const result = await this.#makeAnew(batch);
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
      const desired = standing().vip(id);
      if (desired !== undefined && !skipped.has(id))
        tallies.push(await this.one(desired, has.get(id) ?? null));
    }
    return addTallies(tallies);
  }

  /** The reconciler of the first writes for all: they go together, and come back together. */
  async #makeAnew(batch: Batch): Promise<Tally> {
    const { ask } = this.#context;
    const { standing, reconcilerOf } = this.#options;
    const [first, ...others] = batch.vips.flatMap((id) => standing().vip(id) ?? []);
    if (first === undefined) return addTallies([]);
    const neighbours = others.map(reconcilerOf);
    const tell = (done: boolean) => {
      for (const one of neighbours) one.tell({ type: 'remade', done });
    };
    try {
      await Promise.all(neighbours.map((one) => ask(one, { type: 'remaking' })));
      const result = await ask(reconcilerOf(first), { type: 'make-anew', batch, desired: first });
      tell(result.failures.length === 0);
      return result;
    } catch (error) {
      tell(false);
      return this.#crashOf(first, error);
    }
  }

  /** A reconciler that crashes is a failure of its VIP, and of no other. */
  #crashOf({ key }: DesiredVip, error: unknown): Tally {
    const { signal, clock } = this.#context;
    const crashed =
      error instanceof MaglevError &&
      (error.code === 'MGL_ACTOR_CRASHED' || (error.code === 'MGL_ACTOR_STOPPED' && !signal.aborted));
    if (!crashed) throw error;
    return failure({ key, reason: 'its reconciler failed' }, error, clock.now());
  }
}
