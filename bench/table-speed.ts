import { ipFromBytes } from '../domain/ip.js';
import { buildNewFlowTable, type TableServer } from '../domain/maglev-table.js';
import { warmUpTables } from '../sim/lb/warm-up.js';

const LENGTH = 65_536;
const SERVERS = 200;
const REPEATED = 9;

/** Servers that no other call has. */
function servers(network: number): TableServer[] {
  return Array.from({ length: SERVERS }, (_, i) => ({
    index: i + 1,
    address: ipFromBytes(Uint8Array.of(10, network, i >> 8, i & 255)),
    weight: 100,
  }));
}

/** Milliseconds for a large table: the first one of a simulator, and the median of later ones, always of new servers. */
export function tableSpeed(): { readonly first: number; readonly later: number } {
  warmUpTables();
  const times = Array.from({ length: REPEATED + 1 }, (_, network) => {
    const some = servers(network);
    const begin = performance.now();
    buildNewFlowTable(LENGTH, some);
    return performance.now() - begin;
  });
  const [first = 0, ...others] = times;
  return { first, later: others.sort((a, b) => a - b)[Math.floor(REPEATED / 2)] ?? 0 };
}
