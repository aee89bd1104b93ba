import { heldAndCut, sameFrame } from '../../domain/deciding.js';
import { sameDesiredVip } from '../../domain/desired.js';
import type { IpAddress } from '../../domain/ip.js';
import type { Decision, DesiredVip } from '../../domain/lb.js';
import { SendQueue } from '../../domain/send-queue.js';
import { StandingDecision } from '../../domain/standing-decision.js';
import { SyncQueue } from '../../domain/sync-queue.js';
import { sampleDecision } from '../support/domain-samples.js';
import type { Deciding, Inputs } from './deciding.js';
import { Reconciler, type State } from './state.js';
import { anewDone, reconciled, syncDue } from './syncing.js';

export function decisionOf(vips: readonly DesiredVip[]): Decision {
  return sampleDecision(vips);
}

/** An operator or the config says something else; `flush`: of whom the flows of web are to be cut. */
export function ruled(
  state: State,
  deciding: Deciding,
  inputs: Inputs,
  flush: readonly IpAddress[] = [],
): void {
  inputsChange(state, deciding, inputs, (before, vip) => [
    ...heldAndCut(before, vip),
    ...(vip.frontend === 'web' ? flush : []),
  ]);
}

/** What decides is another; `flush` gives whose flows are to be cut besides those that a reconciler cuts by itself. */
export function inputsChange(
  state: State,
  deciding: Deciding,
  inputs: Inputs,
  flush: (before: DesiredVip | null, vip: DesiredVip) => readonly IpAddress[] = () => [],
): void {
  const { vips } = deciding.decide(inputs);
  const before = state.standing.decision;
  const after = decisionOf(vips);
  state.inputs = deciding.same(inputs);
  if (!sameFrame(before, after)) {
    state.standing = new StandingDecision(after);
    syncDue(state, 'decision');
    return;
  }
  for (const [number, vip] of vips.entries()) {
    const was = before.vips[number];
    const cuts = flush(was ?? null, vip);
    if (was !== undefined && sameDesiredVip(was, vip) && cuts.length === 0) continue;
    const standing = state.standing.withVip(vip);
    if (standing === null) throw new Error(`${vip.frontend} has no such VIP`);
    state.standing = standing;
    state.settled = state.settled.with(number, null);
    state.reconciler(number).mail.push({ type: 'wanted', desired: vip, flush: cuts });
  }
}

/** The session is made anew: everything that was known of VPP is gone, and all that was under way. */
export function beginSession(state: State, deciding: Deciding): void {
  const { vips } = deciding.decide(state.inputs);
  state.standing = new StandingDecision(decisionOf(vips));
  state.queue = new SendQueue();
  state.order = 0;
  state.pipe = [];
  state.jobs = new SyncQueue();
  state.sync = null;
  state.retry = false;
  state.knownFailures = [];
  state.recs = vips.map(() => new Reconciler());
  state.settled = vips.map(() => null);
  syncDue(state, 'tick');
}

/** A reconciler crashes: what it was doing is a failure of the sync, and what is in its mailbox stays. */
export function crash(state: State, number: number): void {
  const { mail, work, waiting } = state.reconciler(number);
  const anew = new Reconciler();
  anew.mail = mail.filter(({ type }) => type !== 'go-on');
  state.replace(number, anew);
  state.settled = state.settled.map(() => null);
  state.retry = true;
  if (waiting?.for === 'anew') anewDone(state, waiting.run, null);
  else if (work?.sync != null) reconciled(state, work.sync.run, ['vip-sync crashed']);
}
