import { type DesiredVip, type LbOperation, vipId } from '../../domain/lb.js';
import { costOf, loadOf, pieceOf } from '../../domain/plan-cost.js';
import type { Tally } from '../../domain/tally.js';
import { afterFailure, nextMove } from '../../domain/vip-move.js';
import { sampleLbConf } from '../support/domain-samples.js';
import { send } from './link.js';
import {
  failureText,
  type Mail,
  type Reconciler,
  type State,
  type SyncOf,
  type Waiting,
  type Work,
  type Writing,
} from './state.js';
import { anewDone, asideDone, reconciled, unsure } from './syncing.js';

/**
 * What actors/vpp/reconciler.ts does, step by step, so that anything can come in between. What it does
 * next is said by the code that ships.
 */
export function takeMail(state: State, number: number): void {
  const rec = state.reconciler(number);
  const [mail] = rec.mail.splice(0, 1);
  if (mail !== undefined) new Hand(state, number, rec).take(mail);
}

/** VPP has answered what it wrote; or one did that has crashed since. */
export function answered(
  state: State,
  number: number,
  {
    result,
    order,
    piece,
  }: { readonly result: Tally; readonly order: number; readonly piece: readonly LbOperation[] },
): void {
  const rec = state.reconciler(number);
  const { waiting } = rec;
  if (waiting?.piece !== piece) return;
  rec.waiting = null;
  new Hand(state, number, rec).answered(waiting, result, order);
}

class Hand {
  readonly #state: State;
  readonly #number: number;
  readonly #rec: Reconciler;

  constructor(state: State, number: number, rec: Reconciler) {
    this.#state = state;
    this.#number = number;
    this.#rec = rec;
  }

  take(mail: Mail): void {
    const rec = this.#rec;
    switch (mail.type) {
      case 'wanted':
        rec.desired = mail.desired;
        rec.vip.owe(mail.flush);
        if (rec.work === null) this.#follow();
        break;
      case 'reconcile':
        rec.desired = mail.desired;
        rec.looked = true;
        rec.vip.read(mail.found, mail.order);
        if (rec.vip.known === undefined) reconciled(this.#state, mail.run, []);
        else this.#reconcile({ run: mail.run });
        break;
      case 'make-anew':
        rec.vip.remaking();
        this.#stands(false);
        rec.waiting = { for: 'anew', run: mail.run, piece: mail.batch.operations };
        this.#send(mail.batch.operations, mail.desired, { urgent: false, mayDesert: true });
        break;
      case 'remaking':
        rec.vip.remaking();
        this.#stands(false);
        asideDone(this.#state, mail.run);
        break;
      case 'remade':
        rec.vip.remade(mail.done);
        break;
      case 'go-on':
        this.#goOn();
        break;
    }
  }

  answered(waiting: Waiting, result: Tally, order: number): void {
    const rec = this.#rec;
    if (waiting.for === 'anew') {
      rec.vip.remade(result.failures.length === 0);
      anewDone(this.#state, waiting.run, result);
      return;
    }
    const { desired, piece, rest, later } = waiting;
    rec.vip.wrote(desired, piece, result, order);
    const { work } = rec;
    if (work === null) return;
    work.failures.push(...result.failures.map(failureText));
    if (waiting.for === 'rest') this.#rest(work, desired, rest);
    else if (result.failures.length > 0)
      this.#rest(work, desired, afterFailure(result.failures, waiting).tried);
    else if (rest.length === 0 && later.length === 0) {
      rec.vip.settled(desired);
      this.#end(work, true);
    } else rec.mail.push({ type: 'go-on' });
  }

  #rest(work: Work, desired: DesiredVip, left: readonly LbOperation[]): void {
    if (left.length === 0) {
      this.#rec.vip.doubt();
      this.#end(work, false);
      return;
    }
    const piece = pieceOf(left, loadOf(desired));
    this.#write(work, desired, { for: 'rest', piece, rest: left.slice(piece.length), later: [] });
  }

  #follow(): void {
    if (this.#rec.vip.known === undefined) this.#tellUnsure();
    else {
      this.#begin(null);
      this.#rec.mail.push({ type: 'go-on' });
    }
  }

  #reconcile(sync: SyncOf): void {
    if (this.#rec.work === null) this.#begin(sync);
    else this.#rec.work.sync = sync;
    this.#goOn();
  }

  #begin(sync: SyncOf): void {
    this.#rec.work = { sync, failures: [] };
  }

  #goOn(): void {
    const { work, desired, vip } = this.#rec;
    if (work === null || desired === null) return;
    const move = nextMove(vip, desired, sampleLbConf);
    switch (move.kind) {
      case 'remade':
        this.#end(work, false);
        break;
      case 'blocked':
        if (work.sync !== null) work.failures.push(`vip-sync ${vipId(desired.key)}`);
        this.#end(work, false);
        break;
      case 'equal':
        vip.settled(desired);
        this.#end(work, true);
        break;
      case 'write':
        this.#write(work, desired, { for: 'piece', ...move });
        break;
    }
  }

  #write(work: Work, desired: DesiredVip, more: Pick<Writing, 'for' | 'piece' | 'rest' | 'later'>): void {
    const { vip } = this.#rec;
    const { piece, rest, later } = more;
    vip.writes();
    this.#rec.waiting = { for: more.for, desired, piece, rest, later };
    this.#send(piece, desired, { urgent: work.sync === null, mayDesert: false });
  }

  #send(
    operations: readonly LbOperation[],
    desired: DesiredVip,
    { urgent, mayDesert }: { readonly urgent: boolean; readonly mayDesert: boolean },
  ): void {
    const cost = costOf(operations, loadOf(desired));
    const ask = { from: { vip: this.#number }, cost, operations, planned: desired, mayDesert };
    send(this.#state, ask, urgent);
  }

  #end(work: Work, complete: boolean): void {
    this.#rec.work = null;
    this.#stands(complete);
    if (work.sync !== null) reconciled(this.#state, work.sync.run, work.failures);
    else if (!complete) this.#tellUnsure();
  }

  /** What was written since it was read is not settled. */
  #stands(equal: boolean): void {
    const { desired, vip } = this.#rec;
    const { found, buckets } = vip.shown;
    const settled = equal && buckets && desired !== null && found != null ? { desired, found } : null;
    this.#state.settled = this.#state.settled.with(this.#number, settled);
  }

  #tellUnsure(): void {
    const { desired, looked } = this.#rec;
    if (desired !== null) unsure(this.#state, desired.frontend, looked);
  }
}
