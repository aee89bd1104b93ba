import { SimulatedCrash } from './crash.js';
import { collectVip } from './garbage-collection.js';
import type { Ip46 } from './ip46.js';
import { type As, blankAs, findServer, type LbState, serverAt, serverRoute, snatKey } from './lb-state.js';
import { tableChanged } from './new-flow-table.js';
import { RETVAL, type Retval } from './retval.js';
import type { FoundVip } from './vip-lookup.js';
import { isNat, serversAreIp4, vipTypeName } from './vip-type.js';

/**
 * Adds servers to a VIP, all or none. One that was removed and not yet collected is revived in its old slot, so its
 * flows go on; `flush` cuts them. VPP works from the last address to the first, which shows in the order of the slots.
 */
export function addServers(
  state: LbState,
  { index, vip }: FoundVip,
  addresses: readonly Ip46[],
  weight: number,
  flush: boolean,
  now: number,
): Retval {
  const revived: number[] = [];
  const added: Ip46[] = [];
  for (let i = addresses.length - 1; i >= 0; i--) {
    const address = addresses[i] as Ip46;
    const known = findServer(state, vip, address.text);
    if (known !== null) {
      if (serverAt(state, known).used) return RETVAL.VALUE_EXIST;
      revived.push(known);
      continue;
    }
    if (address.isIp4 !== serversAreIp4(vip.type)) return RETVAL.INVALID_ADDRESS_FAMILY;
    const again = addresses.slice(0, i).some((earlier) => earlier.text === address.text);
    if (!again) added.push(address);
  }

  for (const asIndex of revived) {
    const server = serverAt(state, asIndex);
    server.used = true;
    server.weight = weight;
    if (flush) state.flowTable.flush(index, asIndex);
  }
  for (const address of added) addServer(state, { index, vip }, address, weight);
  tableChanged(state, vip);
  collectVip(state, vip, now);
  return RETVAL.OK;
}

function addServer(state: LbState, { index, vip }: FoundVip, address: Ip46, weight: number): void {
  if (isNat(vip.type) && vip.port === 0) {
    throw new SimulatedCrash('nat-all-ports', `${address.text} for a VIP of type ${vipTypeName(vip.type)}`);
  }
  const taken = state.servers.take(blankAs);
  const server: As = taken.value;
  server.address = address;
  server.used = true;
  server.weight = weight;
  server.vipIndex = index;
  vip.servers.take(() => ({ asIndex: 0 })).value.asIndex = taken.index;
  stack(state, server);
  if (isNat(vip.type)) state.snatMappings.add(snatKey(server, vip));
}

/** Points the server at the route to it. What the slot pointed at before is let go only now. */
function stack(state: LbState, server: As): void {
  const before = server.dpo;
  server.dpo = state.fib.addServerRoute(serverRoute(server));
  state.fib.hold(server.dpo);
  if (before !== null) state.fib.release(before);
}

/** Sets the weight of a server that is in use; with `flush` its flows are cut, so that the new table decides on them. */
export function setServerWeight(
  state: LbState,
  { index, vip }: FoundVip,
  address: Ip46,
  weight: number,
  flush: boolean,
): Retval {
  const asIndex = findServer(state, vip, address.text);
  if (asIndex === null) return RETVAL.NO_SUCH_ENTRY;
  const server = serverAt(state, asIndex);
  if (!server.used) return RETVAL.NO_SUCH_ENTRY;
  server.weight = weight;
  tableChanged(state, vip);
  if (flush) state.flowTable.flush(index, asIndex);
  return RETVAL.OK;
}

/**
 * Removes servers of a VIP, all or none. Removed ones stay in their slots; to remove one again succeeds and postpones
 * its collection. Garbage is collected first, and may free the very slots that are then marked: VPP does not look again.
 */
export function removeServers(
  state: LbState,
  { index, vip }: FoundVip,
  addresses: readonly Ip46[],
  flush: boolean,
  now: number,
): Retval {
  const indexes: number[] = [];
  for (let i = addresses.length - 1; i >= 0; i--) {
    const asIndex = findServer(state, vip, (addresses[i] as Ip46).text);
    if (asIndex === null) return RETVAL.NO_SUCH_ENTRY;
    indexes.push(asIndex);
  }
  const servers = indexes.map((asIndex) => ({ asIndex, server: serverAt(state, asIndex) }));

  collectVip(state, vip, now);
  for (const { asIndex, server } of servers) {
    server.used = false;
    server.lastUsed = now;
    if (flush) state.flowTable.flush(index, asIndex);
  }
  tableChanged(state, vip);
  return RETVAL.OK;
}
