import type { IpAddress } from '../../domain/ip.js';
import { type DesiredVip, type LbOperation, type VipState, vipId } from '../../domain/lb.js';
import type { OperationOutcome } from '../../domain/syncs.js';
import { tally } from '../../domain/tally.js';
import { sendOn } from './link.js';
import { answered } from './reconciling.js';
import type { Ask, State, Usable } from './state.js';
import { haveRead, readFailed, removed } from './syncing.js';
import { execute, refused, serves, silent, Violation, type VppModel, vipIn } from './vpp-model.js';

/** What becomes of the first request on its way. */
export type Fate =
  | { readonly kind: 'done' }
  /** The operation with this number is refused. */
  | { readonly kind: 'refused'; readonly at: number }
  /** VPP never got it, or its answer never came. */
  | { readonly kind: 'lost'; readonly executed: boolean }
  /** Somebody changes VPP after the first half of a read, or before its answer has come. */
  | { readonly kind: 'torn'; readonly half: 1 | 2; readonly change: (vpp: VppModel) => VppModel };

/** VPP takes the first request, and whoever asked gets the answer. */
export function vppAnswers(state: State, fate: Fate, usable: Usable): void {
  const sent = state.pipe.shift();
  if (sent === undefined) throw new Error('VPP was asked nothing');
  const { ask, order } = sent;
  state.queue.answered(ask);
  if (ask.from === 'sync') {
    if (fate.kind === 'lost') readFailed(state);
    else haveRead(state, readOf(state, fate), order);
  } else {
    const outcomes = outcomesOf(state, ask, fate, usable);
    const result = tally(ask.operations, outcomes, 0);
    if ('vip' in ask.from) answered(state, ask.from.vip, { result, order, piece: ask.operations });
    else removed(state, ask.from.prefix, result);
  }
  sendOn(state);
}

/** A full read in two halves: the VIPs, and the servers. */
function readOf(state: State, fate: Fate): readonly VipState[] {
  const vips = state.vpp.vips;
  if (fate.kind !== 'torn') return vips;
  state.vpp = fate.change(state.vpp);
  if (fate.half === 2) return vips;
  return vips.map((vip) => ({ ...vip, ases: vipIn(state.vpp, vipId(vip.key))?.ases ?? [] }));
}

function outcomesOf(state: State, ask: Ask, fate: Fate, usable: Usable): OperationOutcome[] {
  const executes = fate.kind !== 'lost' || fate.executed;
  return ask.operations.map((_, i) => {
    const isRefused = fate.kind === 'refused' && fate.at === i;
    const outcome = isRefused ? refused(-1) : executes ? executeOne(state, ask, i, usable) : silent;
    return fate.kind === 'lost' ? silent : outcome;
  });
}

function executeOne(state: State, ask: Ask, number: number, usable: Usable): OperationOutcome {
  const operation = ask.operations[number];
  if (operation === undefined) throw new Error('there is no such operation');
  const id = vipId(operation.key);
  if (operation.op === 'as-weight' && operation.flush && sparesFlows(state, ask.planned, operation.address))
    throw new Violation(`flows of a paused server are left alone: those of ${operation.address} are cut`);
  const before = vipIn(state.vpp, id);
  const [vpp, outcome] = execute(state.vpp, operation, state.foreign.has(id));
  state.vpp = vpp;
  const deserted = serves(before) && !serves(vipIn(vpp, id));
  if (ask.mayDesert || state.foreign.has(id)) return outcome;
  if (serves(before)) refuseTakingHeld(ask, operation, before);
  if (!deserted) return outcome;
  refuseDesertion(state, ask, operation, before, usable);
  if (ask.operations.slice(number + 1).some(comes))
    throw new Violation(`weights are raised before others fall: ${id} is left without a server before that`);
  return outcome;
}

function comes(operation: LbOperation): boolean {
  return (operation.op === 'as-weight' || operation.op === 'as-add') && operation.weight > 0;
}

/** Of whom nothing is known, in a VIP that serves, keeps what he has. */
function refuseTakingHeld({ planned }: Ask, operation: LbOperation, before: VipState | undefined): void {
  if (operation.op !== 'as-weight') return;
  const { address, weight } = operation;
  const had = before?.ases.find((as) => as.address === address)?.weight ?? 0;
  if (weight < had && planned?.ases.find((as) => as.address === address)?.hold === true)
    throw new Violation(`who has no verdict keeps what VPP has: ${address} falls from ${had} to ${weight}`);
}

/** Nobody takes the last server of a VIP out of service that could serve, neither when that was decided nor now. */
function refuseDesertion(
  { standing }: State,
  ask: Ask,
  operation: LbOperation,
  before: VipState | undefined,
  usable: Usable,
): void {
  const frontend = standing.vip(vipId(operation.key))?.frontend ?? '';
  const now = usable.get(frontend);
  const victims = before?.ases.filter(
    ({ address, weight }) => weight > 0 && now?.has(address) && couldServe(ask.planned, address),
  );
  const [victim] = victims ?? [];
  if (victim !== undefined)
    throw new Violation(
      `never a VIP without server while one is usable: ${victim.address} of ${frontend} was the last`,
    );
}

/** Did whoever decided what was carried out know of nothing against this server? */
function couldServe(planned: DesiredVip | null, address: IpAddress): boolean {
  const as = planned?.ases.find((one) => one.address === address);
  return as !== undefined && (as.hold || /^up, (?:in the active pool|but pool)/.test(as.reason));
}

/** Is it out only because it is paused, and has nobody asked for its flows to be cut? */
function sparesFlows({ inputs }: State, planned: DesiredVip | null, address: IpAddress): boolean {
  const as = planned?.ases.find((one) => one.address === address);
  const asked = [...inputs.said].some((word) => word.startsWith('weight'));
  return as?.reason === 'paused by the operator' && !asked;
}
