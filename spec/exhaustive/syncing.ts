import { type DesiredVip, sameVipState, type VipState, vipId } from '../../domain/lb.js';
import { costOf, loadOfFound, pieceOf } from '../../domain/plan-cost.js';
import { leftToReconciler, planSync, upToDate } from '../../domain/plan-sync.js';
import { isSettled } from '../../domain/settled-vips.js';
import type { SyncJob } from '../../domain/sync-queue.js';
import type { Tally } from '../../domain/tally.js';
import { sampleLbConf } from '../support/domain-samples.js';
import { send } from './link.js';
import { failureText, type Run, type State, type Sync } from './state.js';

/**
 * What actors/vpp/lb.ts and full-sync.ts do, step by step. Which sync is due, and what is planned for a prefix, is said by
 * the code that ships.
 */
export function nextSync(state: State): void {
  const job = state.jobs.begin();
  if (job !== null) beginPass(state, job, 1);
}

export function syncDue(state: State, cause: 'tick' | 'retry' | 'decision'): void {
  state.jobs.due(null, cause);
  nextSync(state);
}

export function unsure(state: State, frontend: string, looked: boolean): void {
  state.jobs.unsure(frontend, looked);
  nextSync(state);
}

function beginPass(state: State, { frontend, cause }: SyncJob<null>, pass: 1 | 2): void {
  state.sync = { frontend, cause, pass, order: null, found: [], runs: [], failures: [] };
  send(state, { from: 'sync', cost: null, operations: [], planned: null, mayDesert: false }, false);
}

/** VPP was read. */
export function haveRead(state: State, found: readonly VipState[], order: number): void {
  const { sync, standing } = state;
  if (sync === null) return;
  sync.order = order;
  sync.found = found;
  if (sync.frontend !== null) {
    if (standing.ofFrontend(sync.frontend) === undefined) endSync(state);
    else handOver(state, sync, sync.frontend, null);
    return;
  }
  const settled = { has: (desired: DesiredVip, vip: VipState) => isContent(state, desired, vip) };
  const plans = planSync(standing, { conf: sampleLbConf, vips: found }).filter(
    (one) => one.plan !== leftToReconciler || !isSettled(one, settled),
  );
  sync.runs = plans.map((planned): Run => {
    const has = new Map(planned.found.map((vip) => [vipId(vip.key), vip]));
    return { planned, batch: 0, pieces: [], asides: 0, vip: 0, skipped: new Set(), has, done: false };
  });
  sync.runs = sync.runs.map((run) => startRun(state, run));
  for (const number of sync.runs.keys()) goOn(state, number);
  finish(state);
}

function isContent({ settled, standing }: State, desired: DesiredVip, found: VipState): boolean {
  const known = settled[standing.decision.vips.findIndex(({ frontend }) => frontend === desired.frontend)];
  return known?.desired === desired && sameVipState(known.found, found);
}

/** The read failed. */
export function readFailed(state: State): void {
  state.sync = null;
  state.jobs.end();
  state.retry = true;
  nextSync(state);
}

function startRun(state: State, run: Run): Run {
  const planned = upToDate(run.planned, state.standing, sampleLbConf);
  const skipped = new Set(planned.plan.refused.map(({ key }) => vipId(key)));
  if (skipped.size > 0) state.sync?.failures.push(...[...skipped].map((id) => `vip-sync ${id}`));
  return { ...run, planned, skipped };
}

/** A prefix takes its next step; it has none while it waits for somebody. */
function goOn(state: State, number: number): void {
  const run = runAt(state, number);
  const { sync, standing } = state;
  if (run === null || sync === null) return;
  const { plan, wanted } = run.planned;
  for (; run.batch < plan.batches.length; run.batch++) {
    const batch = plan.batches[run.batch];
    if (batch?.kind === 'remove') {
      run.pieces = batch.operations;
      sendPiece(state, number, run);
      return;
    }
    if (batch?.kind !== 'anew') continue;
    const [first, ...others] = batch.vips.flatMap((id) => standing.vip(id) ?? []);
    if (first === undefined) continue;
    run.asides = others.length;
    for (const one of others) mailTo(state, one.frontend).push({ type: 'remaking', run: number });
    if (run.asides === 0) makeAnew(state, number, run);
    return;
  }
  while (run.vip < wanted.length) {
    const key = wanted[run.vip++]?.key;
    const id = key === undefined ? '' : vipId(key);
    const desired = standing.vip(id);
    if (desired === undefined || run.skipped.has(id)) continue;
    handOver(state, sync, desired.frontend, number);
    return;
  }
  run.done = true;
}

function sendPiece(state: State, number: number, run: Run): void {
  const [first] = run.pieces;
  const vip = run.planned.found.find(({ key }) => first !== undefined && vipId(key) === vipId(first.key));
  if (vip === undefined) throw new Error('a VIP is removed that was not found');
  const operations = pieceOf(run.pieces, loadOfFound(vip));
  run.pieces = run.pieces.slice(operations.length);
  const cost = costOf(operations, loadOfFound(vip));
  send(state, { from: { prefix: number }, cost, operations, planned: null, mayDesert: true }, false);
}

/** VPP has answered a piece of what nobody wants. */
export function removed(state: State, number: number, result: Tally): void {
  const run = runAt(state, number);
  if (run === null) return;
  state.sync?.failures.push(...result.failures.map(failureText));
  if (run.pieces.length > 0) {
    sendPiece(state, number, run);
    return;
  }
  run.batch++;
  goOn(state, number);
  finish(state);
}

export function asideDone(state: State, number: number): void {
  const run = runAt(state, number);
  if (run === null) return;
  if (--run.asides === 0) makeAnew(state, number, run);
  finish(state);
}

function makeAnew(state: State, number: number, run: Run): void {
  const batch = run.planned.plan.batches[run.batch];
  const desired = batch?.vips.flatMap((id) => state.standing.vip(id) ?? [])[0];
  if (batch !== undefined && desired !== undefined)
    mailTo(state, desired.frontend).push({ type: 'make-anew', batch, desired, run: number });
}

/** They were made anew, or something of it failed. */
export function anewDone(state: State, number: number, result: Tally | null): void {
  const run = runAt(state, number);
  const batch = run?.planned.plan.batches[run.batch];
  if (run === null || batch === undefined) return;
  const failures = result === null ? ['vip-sync crashed'] : result.failures.map(failureText);
  state.sync?.failures.push(...failures);
  const done = failures.length === 0;
  const [, ...others] = batch.vips.flatMap((id) => state.standing.vip(id) ?? []);
  for (const one of others) mailTo(state, one.frontend).push({ type: 'remade', done });
  for (const id of batch.vips) {
    const after = run.planned.plan.after.find(({ key }) => vipId(key) === id);
    if (!done || after === undefined) run.skipped.add(id);
    else run.has.set(id, after);
  }
  run.batch++;
  goOn(state, number);
  finish(state);
}

/** A reconciler is done with what the sync gave it. `run`: null = of a sync of one frontend. */
export function reconciled(state: State, run: number | null, failures: readonly string[]): void {
  const { sync } = state;
  if (sync === null) return;
  sync.failures.push(...failures);
  if (run === null) {
    if (failures.some((text) => text.startsWith('vip-sync'))) state.jobs.due(null, 'unsure');
    endSync(state);
    return;
  }
  goOn(state, run);
  finish(state);
}

function finish(state: State): void {
  const { sync } = state;
  if (sync === null || sync.order === null || sync.frontend !== null) return;
  if (sync.runs.every(({ done }) => done)) endSync(state);
}

function endSync(state: State): void {
  const { sync } = state;
  if (sync === null) return;
  const { frontend, cause, failures } = sync;
  if (frontend === null) {
    const known = new Set(state.knownFailures);
    state.knownFailures = [...new Set(failures)].sort();
    if (sync.pass === 1 && !state.knownFailures.every((one) => known.has(one))) {
      beginPass(state, { frontend, cause, askers: [] }, 2);
      return;
    }
  }
  state.sync = null;
  state.jobs.end();
  if (failures.length > 0) state.retry = true;
  nextSync(state);
}

/** Hands a VIP to its reconciler, with what the read has shown of it. */
function handOver(state: State, sync: Sync, frontend: string, number: number | null): void {
  const desired = state.standing.ofFrontend(frontend);
  if (desired === undefined || sync.order === null) return;
  const id = vipId(desired.key);
  const run = number === null ? null : runAt(state, number);
  const inRead = sync.found.find(({ key }) => vipId(key) === id) ?? null;
  const found = run === null ? inRead : (run.has.get(id) ?? null);
  mailTo(state, frontend).push({ type: 'reconcile', desired, found, order: sync.order, run: number });
}

function mailTo(state: State, frontend: string) {
  return state.reconciler(numberOf(state, frontend)).mail;
}

/** Reconcilers are numbered in the order of the config. */
export function numberOf({ standing }: State, frontend: string): number {
  return standing.decision.vips.findIndex((vip) => vip.frontend === frontend);
}

function runAt({ sync }: State, number: number): Run | null {
  return sync?.runs[number] ?? null;
}
