import { guardOperation } from '../../binapi/lb/guard.js';
import { MaglevError } from '../../domain/errors.js';
import { type LbOperation, type VipId, type VipState, vipId } from '../../domain/lb.js';
import type { OperationOutcome } from '../../domain/syncs.js';

/** What must never be. */
export class Violation extends Error {}

const success: OperationOutcome = { ok: true };

/** VPP's lb plugin, as a value: its VIPs in the order of their names, and whose flows live. */
export interface VppModel {
  readonly vips: readonly VipState[];
  /** `vip server` of each server that has had new flows since its flows were cut. */
  readonly flows: ReadonlySet<string>;
}

export const emptyVpp: VppModel = { vips: [], flows: new Set() };

/** Does the VIP give new flows to anybody? */
export function serves(vip: VipState | undefined): boolean {
  return vip?.ases.some(({ weight }) => weight > 0) ?? false;
}

export function vipIn({ vips }: VppModel, id: VipId): VipState | undefined {
  return vips.find(({ key }) => vipId(key) === id);
}

/**
 * One operation, as VPP executes or refuses it. Throws a Violation for what would crash VPP, or would leave servers behind
 * without their VIP; `isForeign`: somebody else has changed it, so that nobody can know what is in it.
 */
export function execute(
  vpp: VppModel,
  operation: LbOperation,
  isForeign: boolean,
): readonly [VppModel, OperationOutcome] {
  const lethal = guardOperation(operation);
  if (lethal !== null) throw new Violation(`nothing lethal is sent: ${lethal.message}`);
  const id = vipId(operation.key);
  const before = vipIn(vpp, id);
  const retval = refusalOf(vpp, before, operation);
  if (retval !== null) return [vpp, refused(retval)];
  if (operation.op === 'vip-del' && before !== undefined && before.ases.length > 0 && !isForeign)
    throw new Violation(`no server is left behind: ${id} goes with ${before.ases.length} of them`);
  return [having(vpp, id, changed(before, operation), operation), success];
}

/** The VIP after an operation that VPP takes; null: gone. */
function changed(vip: VipState | undefined, operation: LbOperation): VipState | null {
  switch (operation.op) {
    case 'vip-add': {
      const { key, encap, tableLength, srcIpSticky } = operation;
      return { key, encap, tableLength: { value: tableLength, exact: true }, srcIpSticky, ases: [] };
    }
    case 'vip-del':
      return null;
    case 'as-add': {
      const { address, weight } = operation;
      return vip === undefined ? null : { ...vip, ases: [...vip.ases, { address, weight, buckets: 0 }] };
    }
    case 'as-del':
      return vip === undefined
        ? null
        : { ...vip, ases: vip.ases.filter(({ address }) => address !== operation.address) };
    case 'as-weight': {
      const { address, weight } = operation;
      const ases = vip?.ases.map((as) => (as.address === address ? { ...as, weight } : as)) ?? [];
      return vip === undefined ? null : { ...vip, ases };
    }
  }
}

const refusals = new Map<number, OperationOutcome>();

export function refused(retval: number): OperationOutcome {
  let outcome = refusals.get(retval);
  if (outcome === undefined) {
    outcome = refusalWith(retval);
    refusals.set(retval, outcome);
  }
  return outcome;
}

function refusalWith(retval: number): OperationOutcome {
  return { ok: false, retval, error: new MaglevError('MGL_VPP_RETVAL', `VPP answered ${retval}`) };
}

export const silent: OperationOutcome = {
  ok: false,
  retval: null,
  error: new MaglevError('MGL_VPP_TIMEOUT', 'VPP did not answer'),
};

function refusalOf({ vips }: VppModel, vip: VipState | undefined, operation: LbOperation): number | null {
  switch (operation.op) {
    case 'vip-add': {
      if (vip !== undefined) return -81;
      const { key, encap } = operation;
      const other = vips.some((one) => one.key.prefix === key.prefix && one.encap !== encap);
      return other ? -97 : null;
    }
    case 'vip-del':
      return vip === undefined ? -6 : null;
    case 'as-add': {
      if (vip === undefined) return -6;
      return vip.ases.some(({ address }) => address === operation.address) ? -81 : null;
    }
    case 'as-del':
    case 'as-weight':
      return vip?.ases.some(({ address }) => address === operation.address) ? null : -6;
  }
}

/** The same VPP with this VIP changed by whoever it was; null: gone. */
export function having(
  { vips, flows }: VppModel,
  id: VipId,
  after: VipState | null,
  operation: LbOperation | null,
): VppModel {
  const others = vips.filter(({ key }) => vipId(key) !== id);
  const now =
    after === null ? others : [...others, after].sort((a, b) => (vipId(a.key) < vipId(b.key) ? -1 : 1));
  const alive = new Set(flows);
  const present = new Map(after?.ases.map(({ address, weight }) => [`${id} ${address}`, weight]));
  for (const flow of flows) if (flow.startsWith(`${id} `) && !present.has(flow)) alive.delete(flow);
  if (operation !== null && 'flush' in operation && operation.flush)
    alive.delete(`${id} ${operation.address}`);
  for (const [flow, weight] of present) if (weight > 0) alive.add(flow);
  return { vips: now, flows: alive };
}
