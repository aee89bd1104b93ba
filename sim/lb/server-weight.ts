import type { Ip46 } from './ip46.js';
import { findServer, type LbState, serverAt } from './lb-state.js';
import { tableChanged } from './new-flow-table.js';
import { RETVAL, type Retval } from './retval.js';
import type { FoundVip } from './vip-lookup.js';

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
