import { awaitsSync } from '../../domain/applied.js';
import { MaglevError } from '../../domain/errors.js';
import { type DesiredVip, type LbConf, type LbOperation, type VipKey, vipId } from '../../domain/lb.js';
import type { Batch } from '../../domain/plan.js';
import { loadOf, pieceOf } from '../../domain/plan-cost.js';
import type { VipStanding } from '../../domain/standings.js';
import { addTallies, failure, nothing, notSent, type Tally } from '../../domain/tally.js';
import { VipKnowledge } from '../../domain/vip-knowledge.js';
import type { Address, Reply } from '../../protocol/address.js';
import type { ReconcilerReport, ReconcilerRequest } from '../../protocol/reconciling.js';
import type { VppRequest } from '../../protocol/vpp.js';
import type { ActorSpec, Context } from '../kernel/contract.js';
import { Askers } from './askers.js';
import { write } from './writing.js';

type ReconcilerMessage =
  | ReconcilerRequest
  /** The next piece of what is under way. */
  | { readonly type: 'go-on' };

export interface ReconcilerOptions {
  readonly key: VipKey;
  readonly link: Address<VppRequest>;
  readonly lb: Address<ReconcilerReport>;
}

/**
 * Makes one VIP of VPP equal to what is wanted, and nobody else writes to a VIP that is wanted. It plans, sends a piece
 * of the plan, and plans anew from what VPP then has: so a newer decision, or a newer read of VPP, never waits for more
 * than that piece. It never repeats a failed operation, because a timed-out one may have been executed: who reads VPP
 * again asks again.
 */
export function reconcilerActor(options: ReconcilerOptions): ActorSpec<ReconcilerMessage> {
  let lives = 0;
  return {
    // A prefix has a slash, which no actor's name may have.
    name: vipId(options.key).replace('/', '_'),
    start: (context) => {
      if (lives++ > 0) options.lb.tell({ type: 'restarted' });
      return new Reconciler(context, options);
    },
  };
}

/** What is being carried out, until VPP has all of it or something failed. */
interface Work {
  /** On the monotonic scale. */
  readonly begin: number;
  readonly results: Tally[];
  /** Of a sync; null: a decision. */
  sync: Reply<Tally> | null;
}

class Reconciler {
  readonly #context: Context<ReconcilerMessage>;
  readonly #options: ReconcilerOptions;
  readonly #vip = new VipKnowledge();
  readonly #askers = new Askers();
  #desired: DesiredVip | null = null;
  #conf: LbConf | null = null;
  /** Has a read of VPP ever come to it? */
  #looked = false;
  #work: Work | null = null;

  constructor(context: Context<ReconcilerMessage>, options: ReconcilerOptions) {
    this.#context = context;
    this.#options = options;
  }

  async receive(message: ReconcilerMessage): Promise<void> {
    try {
      await this.#handle(message);
    } catch (error) {
      // The connection is gone; the session goes with it, and the next one begins with a read.
      if (!(error instanceof MaglevError)) throw error;
      if (message.type === 'make-anew') message.reply.fail(error);
      this.#work?.sync?.fail(error);
      this.#work = null;
      this.#askers.cut(error);
    }
  }

  async #handle(message: ReconcilerMessage): Promise<void> {
    switch (message.type) {
      case 'wanted':
        this.#desired = message.desired;
        this.#vip.owe(message.flush);
        if (message.reply !== undefined) this.#askers.add(message.desired.frontend, message.reply);
        // With work under way it is carried out in the course of it.
        if (this.#work === null) this.#follow();
        break;
      case 'reconcile':
        this.#desired = message.desired;
        this.#conf = message.conf;
        this.#looked = true;
        this.#vip.read(message.found, message.order);
        // What was written since that read has failed, and shows in none yet: another one is due already.
        if (this.#vip.known === undefined) message.reply.ok(nothing);
        else await this.#reconcile(message.reply);
        break;
      case 'make-anew':
        await this.#makeAnew(message.batch, message.desired, message.reply);
        break;
      case 'remaking':
        this.#vip.remaking();
        this.#stands('unread', [], remade);
        message.reply.ok(undefined);
        break;
      case 'remade':
        this.#vip.remade(message.done);
        break;
      case 'go-on':
        await this.#goOn();
        break;
    }
  }

  /** Begins behind what waits in the mailbox: while VPP was slow the decision may have come back to what it was. */
  #follow(): void {
    if (this.#vip.known === undefined) {
      const text = 'VPP has to be read first';
      this.#stands('unread', [], text);
      this.#askers.answer(awaitsSync(text));
      this.#tellUnsure();
      return;
    }
    this.#begin(null);
    this.#context.self.tell({ type: 'go-on' });
  }

  async #reconcile(reply: Reply<Tally>): Promise<void> {
    if (this.#work === null) this.#begin(reply);
    // A decision is being carried out, which the sync now is a part of.
    else this.#work.sync = reply;
    await this.#goOn();
  }

  #begin(sync: Reply<Tally> | null): void {
    this.#work = { begin: this.#context.clock.monotonic(), results: [], sync };
  }

  /** Does the next piece of what is under way. */
  async #goOn(): Promise<void> {
    const work = this.#work;
    const desired = this.#desired;
    if (work === null || desired === null) return;
    const plan = this.#vip.plan(desired, this.#conf);
    // Somebody else is making it anew.
    if (plan === null) return this.#end(work, false, remade);
    const [refused] = plan.refused;
    const [batch] = plan.batches;
    if (refused !== undefined) return this.#fail(work, refused.reason, refused.text);
    if (batch === undefined) {
      this.#vip.settled(desired);
      return this.#end(work, true);
    }
    // Only a full sync does that: it looks at the neighbours on the prefix too.
    if (batch.kind === 'anew') {
      const why = batch.operations[0]?.reason ?? 'replaced';
      const text = `VIP ${vipId(desired.key)} must be made anew (${why}), which a full sync does`;
      return this.#fail(work, 'it must be replaced', text);
    }
    const piece = pieceOf(batch.operations, loadOf(desired));
    const { failures } = await this.#write(work, desired, piece);
    const later = plan.batches.slice(1).flatMap(({ operations }) => operations);
    if (failures.length > 0) {
      await this.#giveUp(work, desired, { failures, rest: batch.operations.slice(piece.length), later });
    } else if (piece === batch.operations && later.length === 0) {
      this.#vip.settled(desired);
      this.#end(work, true);
    } else this.#context.self.tell({ type: 'go-on' });
  }

  /** What fails holds up nothing but the removals, which would have been next: who is down waits for nobody. */
  async #giveUp(work: Work, desired: DesiredVip, { failures, rest, later }: Left): Promise<void> {
    const lost = failures.some(({ error }) => error.code === 'MGL_VPP_DISCONNECTED');
    // Without the VIP there is nothing to add servers to.
    const hopeless = lost || failures.some(({ operation }) => operation.op === 'vip-add');
    for (let left = hopeless ? [] : rest; left.length > 0; ) {
      const piece = pieceOf(left, loadOf(desired));
      await this.#write(work, desired, piece);
      left = left.slice(piece.length);
    }
    this.#vip.doubt();
    const skipped = hopeless ? [...rest, ...later] : later;
    if (skipped.length > 0) work.results.push(notSent(skipped, this.#context.clock.now()));
    this.#end(work, false);
  }

  /** It is for a full sync to do, or to report: a sync says so, a decision waits for it. */
  #fail(work: Work, reason: string, text: string): void {
    if (work.sync !== null) {
      const error = new MaglevError('MGL_VPP_SYNC', text);
      work.results.push(failure({ key: this.#options.key, reason }, error, this.#context.clock.now()));
    }
    this.#askers.answer(awaitsSync(text));
    this.#end(work, false, text);
  }

  /** `why`: without a failure, what has to come first. */
  #end(work: Work, complete: boolean, why = 'VPP has to be read again'): void {
    this.#work = null;
    const result = addTallies(work.results);
    if (complete) this.#stands('equal');
    else if (result.failures.length > 0) this.#stands('differs', result.failures);
    else this.#stands('unread', [], why);
    if (work.sync !== null) work.sync.ok(result);
    else if (result.operations.length > 0) {
      const durationMs = this.#context.clock.monotonic() - work.begin;
      this.#options.lb.tell({ type: 'followed', frontend: this.#frontend, result, durationMs });
    }
    if (complete) this.#askers.answer(null);
    else {
      this.#askers.failed(result.failures);
      if (work.sync === null) this.#tellUnsure();
    }
  }

  get #frontend(): string {
    return this.#desired?.frontend ?? '';
  }

  #tellUnsure(): void {
    this.#options.lb.tell({ type: 'unsure', frontend: this.#frontend, looked: this.#looked });
  }

  #stands(verdict: VipStanding['verdict'], failures: VipStanding['failures'] = [], why = ''): void {
    const desired = this.#desired;
    if (desired === null) return;
    const standing = { desired, ...this.#vip.shown, verdict, failures, why };
    this.#options.lb.tell({ type: 'stands', standing });
  }

  async #write(work: Work, desired: DesiredVip, piece: readonly LbOperation[]): Promise<Tally> {
    const from = this.#vip.known;
    this.#vip.writes();
    const urgent = work.sync === null || this.#askers.waiting;
    const writing = { link: this.#options.link, load: loadOf(desired), urgent };
    const { result, order } = await write(this.#context, writing, piece);
    this.#vip.wrote(desired, piece, result, { from, order });
    work.results.push(result);
    this.#askers.count(result);
    return result;
  }

  async #makeAnew(batch: Batch, desired: DesiredVip, reply: Reply<Tally>): Promise<void> {
    this.#vip.remaking();
    const writing = { link: this.#options.link, load: loadOf(desired), urgent: false };
    try {
      const { result } = await write(this.#context, writing, batch.operations);
      this.#vip.remade(result.failures.length === 0);
      reply.ok(result);
    } catch (error) {
      this.#vip.remade(false);
      throw error;
    }
  }
}

/** What is left of a plan of which a piece failed. */
interface Left {
  readonly failures: Tally['failures'];
  /** Of the batch that was begun. */
  readonly rest: readonly LbOperation[];
  readonly later: readonly LbOperation[];
}

const remade = 'it is being made anew';
