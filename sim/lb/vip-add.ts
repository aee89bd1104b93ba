import { SimulatedCrash } from './crash.js';
import type { VipTarget } from './fib.js';
import { formatPrefix, isIp4Prefix, normalisePrefix } from './ip46.js';
import { blankVip, type LbState, type Vip } from './lb-state.js';
import { Pool } from './pool.js';
import { RETVAL, type Retval } from './retval.js';
import { enlist, findAllPortVip, findOtherVip, findVip, type VipAddress } from './vip-lookup.js';
import { isNat, VIP_TYPE, type VipType, vipIsIp4 } from './vip-type.js';

export interface VipAddRequest extends VipAddress {
  readonly type: VipType;
  readonly tableLength: number;
  readonly srcIpSticky: boolean;
  /** For L3DSR. */
  readonly dscp: number;
  /** For NAT: 0 clusterip, 1 nodeport. */
  readonly serviceType: number;
  /** For NAT. */
  readonly targetPort: number;
}

export type VipAddResult = { readonly retval: Retval; readonly index: number | null };

/** Longest IPv4 prefix length that VPP was seen to survive: it does not check, and above it writes into foreign memory. */
const IP4_PREFIX_LENGTH_SURVIVED = 40;

/** Adds a VIP. The checks are VPP's, in their order. Throws SimulatedCrash. */
export function addVip(state: LbState, request: VipAddRequest, now: number): VipAddResult {
  const refusal = refuse(state, request);
  if (refusal !== RETVAL.OK) return { retval: refusal, index: null };
  state.heap.allocate(request.tableLength);

  const { index, value: vip } = state.vips.take(blankVip);
  initialise(vip, request, now);
  enlist(state, index, vip);
  state.flowTable.zeroCounters(index);
  state.statistics.vipCreated(index);
  const prefixIndex = addRoute(state, vip, index);
  if (!claimNodePort(state, vip)) {
    // VPP returns here and leaves the VIP behind, live but without an entry in the table of ports.
    return { retval: RETVAL.VALUE_EXIST, index: null };
  }
  if (vip.port !== 0) {
    vip.prefixIndex = prefixIndex;
    state.portFilters.set(portFilterKey(vip), index);
  }
  return { retval: RETVAL.OK, index };
}

/** The FIB prefix that a VIP's traffic is drawn to. */
export function routeOf(vip: Vip): string {
  return vipIsIp4(vip.type)
    ? `${vip.prefix.text}/${vip.prefixLength - 96}`
    : formatPrefix(vip.prefix, vip.prefixLength);
}

export function portFilterKey(vip: Vip): string {
  return `${vip.prefixIndex},${vip.protocol},${vip.port}`;
}

function refuse(state: LbState, request: VipAddRequest): Retval {
  if (findVip(state, request) !== null) return RETVAL.VALUE_EXIST;
  const other = findOtherVip(state, request);
  if (request.port !== 0) {
    if (findAllPortVip(state, request) !== null) return RETVAL.VALUE_EXIST;
    if (other !== null && other.vip.type !== request.type) return RETVAL.INVALID_ARGUMENT;
  } else if (other !== null) {
    return RETVAL.VALUE_EXIST;
  }
  // 0 passes for a power of two.
  if ((request.tableLength & (request.tableLength - 1)) !== 0) return RETVAL.INVALID_MEMORY_SIZE;
  const prefix = normalisePrefix(request.prefix, request.prefixLength);
  if (isIp4Prefix(prefix, request.prefixLength) !== vipIsIp4(request.type))
    return RETVAL.INVALID_ADDRESS_FAMILY;
  if (request.type === VIP_TYPE.IP4_L3DSR && request.dscp >= 64) return RETVAL.VALUE_EXIST;
  return RETVAL.OK;
}

/** Sets what VPP sets; the rest of a slot that was used before stays as it is. */
function initialise(vip: Vip, request: VipAddRequest, now: number): void {
  vip.prefix = normalisePrefix(request.prefix, request.prefixLength);
  vip.prefixLength = request.prefixLength;
  vip.protocol = request.port === 0 ? 255 : request.protocol;
  vip.port = request.port;
  vip.type = request.type;
  vip.used = true;
  vip.srcIpSticky = request.srcIpSticky;
  if (request.type === VIP_TYPE.IP4_L3DSR) {
    vip.dscpOrServiceType = request.dscp;
  } else if (isNat(request.type)) {
    vip.dscpOrServiceType = request.serviceType;
    vip.targetPort = request.targetPort;
  }
  vip.tableLength = request.tableLength;
  vip.table = null;
  vip.lastGarbageCollection = now;
  vip.servers = new Pool();
}

/** Returns the number of the prefix in the table of ports. */
function addRoute(state: LbState, vip: Vip, index: number): number {
  if (vip.port !== 0) {
    const other = findOtherVip(state, vip);
    if (other !== null) return other.vip.prefixIndex;
  }
  checkRoute(vip);
  if (vip.port === 0) {
    const target: VipTarget = isNat(vip.type)
      ? { kind: 'nowhere' }
      : { kind: 'vip', type: vip.type, vipIndex: index };
    state.fib.addVipRoute(routeOf(vip), target);
    return index;
  }
  let prefixIndex = 0;
  while (state.prefixIndexes.has(prefixIndex)) prefixIndex++;
  state.prefixIndexes.add(prefixIndex);
  state.fib.addVipRoute(routeOf(vip), { kind: 'ports', type: vip.type, prefixIndex });
  return prefixIndex;
}

function checkRoute(vip: Vip): void {
  const ip4 = vipIsIp4(vip.type);
  const length = ip4 ? vip.prefixLength - 96 : vip.prefixLength;
  if (ip4 && length > IP4_PREFIX_LENGTH_SURVIVED) {
    throw new SimulatedCrash('ip4-prefix-length', routeOf(vip));
  }
  if (!ip4 && length > 128) throw new SimulatedCrash('ip6-prefix-length', `${vip.prefix.text}/${length}`);
}

function claimNodePort(state: LbState, vip: Vip): boolean {
  if (!isNat(vip.type) || vip.port === 0 || vip.dscpOrServiceType !== 1) return true;
  if (state.nodePorts.has(vip.port)) return false;
  state.nodePorts.add(vip.port);
  return true;
}
