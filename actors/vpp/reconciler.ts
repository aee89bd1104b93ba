import { type Applied, awaitsSync, type Pending } from '../../domain/applied.js';
import { AppliedAskers, pendingAfter } from '../../domain/applied-askers.js';
import { MaglevError } from '../../domain/errors.js';
import { type DesiredVip, type LbConf, type LbOperation, type VipKey, vipId } from '../../domain/lb.js';
import type { Batch } from '../../domain/plan.js';
import { loadOf, piecesOf } from '../../domain/plan-cost.js';
import type { VipStanding } from '../../domain/standings.js';
import { addTallies, failure, nothing, notSent, type Tally } from '../../domain/tally.js';
import { VipKnowledge } from '../../domain/vip-knowledge.js';
import { afterFailure, nextMove, type VipMove } from '../../domain/vip-move.js';
import type { Address, Reply } from '../../protocol/address.js';
import type { ReconcilerReport, ReconcilerRequest } from '../../protocol/reconciling.js';
import type { VppRequest } from '../../protocol/vpp.js';
import type { ActorSpec } from '../kernel/contract.js';
import { Life } from '../life.js';
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
  return {
    // A prefix has a slash, which no actor's name may have.
    name: vipId(options.key).replace('/', '_'),
    start: (context) => {
      if (context.isRestart) options.lb.tell({ type: 'restarted' });
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

class Reconciler extends Life<ReconcilerMessage, ReconcilerOptions> {
  readonly #vip = new VipKnowledge();
  readonly #askers = new AppliedAskers<Reply<Applied>>();
  #desired: DesiredVip | null = null;
  #conf: LbConf | null = null;
  /** Has a read of VPP ever come to it? */
  #looked = false;
  #work: Work | null = null;

  async receive(message: ReconcilerMessage): Promise<void> {
    try {
      await this.#handle(message);
    } catch (error) {
      // The connection is gone; the session goes with it, and the next one begins with a read.
      if (!(error instanceof MaglevError)) throw error;
      if (message.type === 'make-anew') message.reply.fail(error);
      this.#work?.sync?.fail(error);
      this.#work = null;
      this.#cut(error);
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
      this.#answer(awaitsSync(text));
      this.#tellUnsure();
      return;
    }
    this.#begin(null);
    this.context.self.tell({ type: 'go-on' });
  }

  async #reconcile(reply: Reply<Tally>): Promise<void> {
    if (this.#work === null) this.#begin(reply);
    // A decision is being carried out, which the sync now is a part of.
    else this.#work.sync = reply;
    await this.#goOn();
  }

  #begin(sync: Reply<Tally> | null): void {
    this.#work = { begin: this.context.clock.monotonic(), results: [], sync };
  }

  /** Does the next piece of what is under way. */
  async #goOn(): Promise<void> {
    const work = this.#work;
    const desired = this.#desired;
    if (work === null || desired === null) return;
    const move = nextMove(this.#vip, desired, this.#conf);
    switch (move.kind) {
      case 'remade':
        this.#end(work, false, remade);
        break;
      case 'blocked':
        this.#fail(work, move.reason, move.text);
        break;
      case 'equal':
        this.#vip.settled(desired);
        this.#end(work, true);
        break;
      case 'write': {
        const { failures } = await this.#write(work, desired, move.piece);
        if (failures.length > 0) await this.#giveUp(work, desired, failures, move);
        else if (move.rest.length + move.later.length > 0) this.context.self.tell({ type: 'go-on' });
        else {
          this.#vip.settled(desired);
          this.#end(work, true);
        }
      }
    }
  }

  async #giveUp(work: Work, desired: DesiredVip, failures: Tally['failures'], move: Writing): Promise<void> {
    const { tried, skipped } = afterFailure(failures, move);
    for (const piece of piecesOf(tried, loadOf(desired))) await this.#write(work, desired, piece);
    this.#vip.doubt();
    if (skipped.length > 0) work.results.push(notSent(skipped, this.context.clock.now()));
    this.#end(work, false);
  }

  /** It is for a full sync to do, or to report: a sync says so, a decision waits for it. */
  #fail(work: Work, reason: string, text: string): void {
    if (work.sync !== null) {
      const error = new MaglevError('MGL_VPP_SYNC', text);
      work.results.push(failure({ key: this.options.key, reason }, error, this.context.clock.now()));
    }
    this.#answer(awaitsSync(text));
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
      const durationMs = this.context.clock.monotonic() - work.begin;
      this.options.lb.tell({ type: 'followed', frontend: this.#frontend, result, durationMs });
    }
    const [first] = result.failures;
    if (first?.error.code === 'MGL_VPP_DISCONNECTED') this.#cut(first.error);
    else this.#answer(complete ? null : pendingAfter(result.failures));
    if (!complete && work.sync === null) this.#tellUnsure();
  }

  /** VPP has all of it: null; or does not, and will not soon. */
  #answer(pending: Pending | null): void {
    for (const { asker, applied } of this.#askers.take(pending)) asker.ok(applied);
  }

  /** VPP cannot be reached any more. */
  #cut(error: MaglevError): void {
    for (const { asker } of this.#askers.take(null)) asker.fail(error);
  }

  get #frontend(): string {
    return this.#desired?.frontend ?? '';
  }

  #tellUnsure(): void {
    this.options.lb.tell({ type: 'unsure', frontend: this.#frontend, looked: this.#looked });
  }

  #stands(verdict: VipStanding['verdict'], failures: VipStanding['failures'] = [], why = ''): void {
    const desired = this.#desired;
    if (desired === null) return;
    const standing = { desired, ...this.#vip.shown, verdict, failures, why };
    this.options.lb.tell({ type: 'stands', standing });
  }

  async #write(work: Work, desired: DesiredVip, piece: readonly LbOperation[]): Promise<Tally> {
    const from = this.#vip.known;
    this.#vip.writes();
    const urgent = work.sync === null || this.#askers.waiting;
    const writing = { link: this.options.link, load: loadOf(desired), urgent };
    const { result, order } = await write(this.context, writing, piece);
    this.#vip.wrote(desired, piece, result, { from, order });
    work.results.push(result);
    this.#askers.count(result);
    return result;
  }

  async #makeAnew(batch: Batch, desired: DesiredVip, reply: Reply<Tally>): Promise<void> {
    this.#vip.remaking();
    const writing = { link: this.options.link, load: loadOf(desired), urgent: false };
    try {
      const { result } = await write(this.context, writing, batch.operations);
      this.#vip.remade(result.failures.length === 0);
      reply.ok(result);
    } catch (error) {
      this.#vip.remade(false);
      throw error;
    }
  }
}

type Writing = Extract<VipMove, { kind: 'write' }>;

const remade = 'it is being made anew';
