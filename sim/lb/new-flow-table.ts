import { countBucketsOf, type SharingServer } from '../../domain/bucket-counts.js';
import { buildLegacyNewFlowTable, buildNewFlowTable, type TableServer } from '../../domain/maglev-table.js';
import { type LbState, serversOf, type Vip } from './lb-state.js';

/**
 * The servers of a VIP have changed: its table must be built anew. VPP does so at once; here it is built when somebody
 * reads it, which gives the same table, because nothing else goes into it.
 */
export function tableChanged(state: LbState, vip: Vip): void {
  state.heap.replace(vip.tableLength);
  vip.table = null;
}

/** The current table of a VIP: a server index per bucket, 0 where there is none. */
export function currentTable(state: LbState, vip: Vip): Uint32Array {
  vip.table ??= build(state, vip);
  return vip.table;
}

/** Buckets per server index. Servers without buckets are absent. It takes no table, which may be huge. */
export function bucketsByServer(state: LbState, vip: Vip): Map<number, number> {
  const sharing: SharingServer[] = [];
  for (const [index, { address, used, weight }] of serversOf(state, vip)) {
    if (used)
      sharing.push({ index, bytes: address.bytes, weight: state.generation === 'legacy' ? 1 : weight });
  }
  return countBucketsOf(vip.tableLength, sharing);
}

function build(state: LbState, vip: Vip): Uint32Array {
  const servers = [...takingPart(state, vip)];
  return state.generation === 'legacy'
    ? buildLegacyNewFlowTable(vip.tableLength, servers)
    : buildNewFlowTable(vip.tableLength, servers);
}

function* takingPart(state: LbState, vip: Vip): Generator<TableServer> {
  for (const [index, server] of serversOf(state, vip)) {
    if (server.used) yield { index, address: server.address.text, weight: server.weight };
  }
}
