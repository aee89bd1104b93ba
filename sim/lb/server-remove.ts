import { collectVip } from './garbage-collection.js';
import type { Ip46 } from './ip46.js';
import { findServer, type LbState, serverAt } from './lb-state.js';
import { tableChanged } from './new-flow-table.js';
import { RETVAL, type Retval } from './retval.js';
import type { FoundVip } from './vip-lookup.js';

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
