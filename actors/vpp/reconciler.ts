import { type Applied, awaitsSync, type Pending } from '../../domain/applied.js';
import { AppliedAskers, pendingAfter } from '../../domain/applied-askers.js';
import { MaglevError } from '../../domain/errors.js';
import { type DesiredVip, type LbConf, type LbOperation, type VipKey, vipId } from '../../domain/lb.js';
import { loadOf, piecesOf } from '../../domain/plan-cost.js';
import type { VipStanding } from '../../domain/standings.js';
import { addTallies, failure, nothing, notSent, type Tally, tally } from '../../domain/tally.js';
import { VipKnowledge } from '../../domain/vip-knowledge.js';
import { afterFailure, nextMove, type VipMove } from '../../domain/vip-move.js';
import type { Address, Reply } from '../../protocol/address.js';
import type { Followed, ReconcilerReport, ReconcilerRequest } from '../../protocol/reconciling.js';
import type { VppRequest, Written } from '../../protocol/vpp.js';
import type { ActorSpec } from '../kernel/contract.js';
import { settle } from '../kernel/question.js';
import { Life } from '../life.js';
import { send } from './writing.js';

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

  /** What is handled without a promise is over when the next message is: only writes are waited for. */
  receive(message: ReconcilerMessage): void | Promise<void> {
    switch (message.type) {
      case 'wanted':
        this.#desired = message.desired;
        this.#vip.owe(message.flush);
        if (message.reply !== undefined) this.#askers.add(message.desired.frontend, message.reply);
        // With work under way it is carried out in the course of it.
        if (this.#work === null) this.#follow();
        return;
      case 'reconcile':
        this.#desired = message.desired;
        this.#conf = message.conf;
        this.#looked = true;
        this.#vip.read(message.found, message.order);
        // What was written since that read has failed, and shows in none yet: another one is due already.
        if (this.#vip.known === undefined) message.reply.ok(nothing);
        else if (this.#work === null) this.#begin(message.reply);
        // A decision is being carried out, which the sync now is a part of.
        else this.#work.sync = message.reply;
        return this.#vip.known === undefined ? undefined : this.#goOn();
      case 'make-anew':
        return this.#makeAnew(message);
      case 'remaking':
        this.#vip.remaking();
        this.#stands('unread', remade);
        message.reply.ok(undefined);
        return;
      case 'remade':
        return this.#vip.remade(message.done);
      case 'go-on':
        return this.#goOn();
    }
  }

  /** Begins behind what waits in the mailbox: while VPP was slow the decision may have come back to what it was. */
  #follow(): void {
    if (this.#vip.known === undefined) {
      const text = 'VPP has to be read first';
      this.#stands('unread', text);
      this.#answer(awaitsSync(text));
      this.#tellUnsure();
      return;
    }
    this.#begin(null);
    this.context.self.tell({ type: 'go-on' });
  }

  #begin(sync: Reply<Tally> | null): void {
    this.#work = { begin: this.context.clock.monotonic(), results: [], sync };
  }

  /** Does the next piece of what is under way. */
  #goOn(): void | Promise<void> {
    const work = this.#work;
    const desired = this.#desired;
    if (work === null || desired === null) return;
    const move = nextMove(this.#vip, desired, this.#conf);
    switch (move.kind) {
      case 'remade':
        return this.#end(work, false, remade);
      case 'blocked':
        return this.#fail(work, move.reason, move.text);
      case 'equal':
        return this.#done(work, desired);
      case 'write':
        return this.#carryOut(work, desired, move);
    }
  }

  async #carryOut(work: Work, desired: DesiredVip, move: Writing): Promise<void> {
    try {
      const written = await this.#send(work, desired, move.piece);
      const { failures } = this.#wrote(work, desired, move.piece, written);
      if (failures.length > 0) await this.#giveUp(work, desired, failures, move);
      else if (move.rest.length + move.later.length > 0) this.context.self.tell({ type: 'go-on' });
      else this.#done(work, desired);
    } catch (error) {
      this.#lost(error);
    }
  }

  /** VPP has all of it. */
  #done(work: Work, desired: DesiredVip): void {
    this.#vip.settled(desired);
    this.#end(work, true);
  }

  /** The connection is gone; the session goes with it, and the next one begins with a read. */
  #lost(error: unknown): MaglevError {
    if (!(error instanceof MaglevError)) throw error;
    this.#work?.sync?.fail(error);
    this.#work = null;
    this.#answer(error);
    return error;
  }

  async #giveUp(work: Work, desired: DesiredVip, failures: Tally['failures'], move: Writing): Promise<void> {
    const { tried, skipped } = afterFailure(failures, move);
    for (const piece of piecesOf(tried, loadOf(desired)))
      this.#wrote(work, desired, piece, await this.#send(work, desired, piece));
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
    const { failures } = result;
    const verdict = complete ? 'equal' : failures.length > 0 ? 'differs' : 'unread';
    const durationMs = this.context.clock.monotonic() - work.begin;
    const made = work.sync === null && result.operations.length > 0 ? { result, durationMs } : null;
    this.#stands(verdict, verdict === 'unread' ? why : '', failures, made);
    work.sync?.ok(result);
    const [first] = failures;
    const isCut = first?.error.code === 'MGL_VPP_DISCONNECTED';
    this.#answer(complete ? null : isCut ? first.error : pendingAfter(failures));
    if (!complete && work.sync === null) this.#tellUnsure();
  }

  /** VPP has all of it: null; or does not, and will not soon; or cannot be reached any more, for this error. */
  #answer(outcome: Pending | MaglevError | null): void {
    for (const { asker, answer } of this.#askers.take(outcome)) settle(asker, answer);
  }

  #tellUnsure(): void {
    const frontend = this.#desired?.frontend ?? '';
    this.options.lb.tell({ type: 'unsure', frontend, looked: this.#looked });
  }

  #stands(verdict: VipStanding['verdict'], why: string, failures = none, made: Followed | null = null): void {
    const desired = this.#desired;
    if (desired === null) return;
    const { found, buckets } = this.#vip.shown;
    const standing = { desired, found, buckets, verdict, failures, why };
    this.options.lb.tell({ type: 'stands', standing, followed: made });
  }

  #send(work: Work, desired: DesiredVip, piece: readonly LbOperation[]): Promise<Written> {
    this.#vip.writes();
    const urgent = work.sync === null || this.#askers.waiting;
    return send(this.context, { link: this.options.link, load: loadOf(desired), urgent }, piece);
  }

  #wrote(work: Work, desired: DesiredVip, piece: readonly LbOperation[], written: Written): Tally {
    const result = tally(piece, written.outcomes, this.context.clock.now());
    this.#vip.wrote(desired, piece, result, written.order);
    work.results.push(result);
    this.#askers.count(result);
    return result;
  }

  async #makeAnew({ batch, desired, reply }: MakeAnew): Promise<void> {
    this.#vip.remaking();
    const writing = { link: this.options.link, load: loadOf(desired), urgent: false };
    try {
      const { outcomes } = await send(this.context, writing, batch.operations);
      const result = tally(batch.operations, outcomes, this.context.clock.now());
      this.#vip.remade(result.failures.length === 0);
      reply.ok(result);
    } catch (error) {
      this.#vip.remade(false);
      reply.fail(this.#lost(error));
    }
  }
}

type MakeAnew = Extract<ReconcilerRequest, { type: 'make-anew' }>;
type Writing = Extract<VipMove, { kind: 'write' }>;

const remade = 'it is being made anew';
const none: VipStanding['failures'] = [];
