import { ipFromBytes } from '../../domain/ip.js';
import { buildNewFlowTable } from '../../domain/maglev-table.js';

const TABLES = 3;
const LENGTH = 4096;
const SERVERS = 20;

let warm = false;

/**
 * Builds a few tables for nobody, so that the engine has compiled the code before somebody waits for a large one: the
 * first of a process would take three times as long otherwise. Takes some ten milliseconds, once in a process.
 */
export function warmUpTables(): void {
  if (warm) return;
  warm = true;
  for (let table = 0; table < TABLES; table++) {
    const servers = Array.from({ length: SERVERS }, (_, i) => ({
      index: i + 1,
      address: ipFromBytes(Uint8Array.of(0, 0, table, i)),
      weight: 100,
    }));
    buildNewFlowTable(LENGTH, servers);
  }
}
