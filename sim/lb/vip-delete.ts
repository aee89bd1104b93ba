import { type LbState, serversOf, type Vip } from './lb-state.js';
import { RETVAL, type Retval } from './retval.js';
import { removeServers } from './server.js';
import { portFilterKey, routeOf } from './vip-add.js';
import { findOtherVip, findVip, strikeOff, type VipAddress } from './vip-lookup.js';

/**
 * Deletes a VIP. Its servers are removed without a flush; it stays in its slot, invisible to lookups, until garbage collection finds it
 * without servers.
 */
export function deleteVip(state: LbState, wanted: VipAddress, now: number): Retval {
  const found = findVip(state, wanted);
  if (found === null) return RETVAL.NO_SUCH_ENTRY;
  const { index, vip } = found;
  const addresses = [...serversOf(state, vip)].map(([, server]) => server.address);
  if (addresses.length > 0) removeServers(state, { index, vip }, addresses, false, now);

  removeRoute(state, vip);
  const inconsistent = vip.port !== 0 && !state.portFilters.delete(portFilterKey(vip));
  vip.used = false;
  strikeOff(state, index, vip);
  return inconsistent ? RETVAL.NO_SUCH_ENTRY : RETVAL.OK;
}

function removeRoute(state: LbState, vip: Vip): void {
  if (vip.port !== 0) {
    if (findOtherVip(state, vip) !== null) return;
    state.prefixIndexes.delete(vip.prefixIndex);
  }
  state.fib.removeVipRoute(routeOf(vip));
}
