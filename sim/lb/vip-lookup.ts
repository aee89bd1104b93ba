import { type Ip46, normalisePrefix } from './ip46.js';
import type { LbState, Vip } from './lb-state.js';

/** What VIPs are told apart by. The prefix may have host bits: every lookup clears them. */
export interface VipAddress {
  readonly prefix: Ip46;
  /** 0..255; 96 more than an IPv4 prefix length. */
  readonly prefixLength: number;
  readonly protocol: number;
  readonly port: number;
}

export interface FoundVip {
  readonly index: number;
  readonly vip: Vip;
}

/** The live VIP with this prefix, protocol and port. */
export function findVip(state: LbState, wanted: VipAddress): FoundVip | null {
  return firstOnPrefix(state, wanted, (vip) => vip.protocol === wanted.protocol && vip.port === wanted.port);
}

/** The live VIP for all ports of this prefix. */
export function findAllPortVip(state: LbState, wanted: VipAddress): FoundVip | null {
  return firstOnPrefix(state, wanted, (vip) => vip.port === 0);
}

/** The first live VIP on this prefix with another protocol or port. */
export function findOtherVip(state: LbState, wanted: VipAddress): FoundVip | null {
  return firstOnPrefix(state, wanted, (vip) => vip.protocol !== wanted.protocol || vip.port !== wanted.port);
}

/** A VIP has become live: lookups find it from now on. */
export function enlist(state: LbState, index: number, vip: Vip): void {
  const key = prefixKey(vip);
  const indexes = state.liveVips.get(key) ?? new Set();
  indexes.add(index);
  state.liveVips.set(key, indexes);
  state.vipsChanged();
}

/** A VIP was deleted: lookups do not find it any more. */
export function strikeOff(state: LbState, index: number, vip: Vip): void {
  const key = prefixKey(vip);
  const indexes = state.liveVips.get(key);
  indexes?.delete(index);
  if (indexes?.size === 0) state.liveVips.delete(key);
  state.vipsChanged();
}

/** VPP goes through all VIPs in the order of their indexes and takes the first one. */
function firstOnPrefix(state: LbState, wanted: VipAddress, matches: (vip: Vip) => boolean): FoundVip | null {
  let first: FoundVip | null = null;
  for (const index of state.liveVips.get(prefixKey(wanted)) ?? []) {
    const vip = state.vips.get(index);
    if (vip !== undefined && matches(vip) && (first === null || index < first.index)) first = { index, vip };
  }
  return first;
}

function prefixKey({ prefix, prefixLength }: VipAddress): string {
  return `${normalisePrefix(prefix, prefixLength).text}/${prefixLength}`;
}
