import type { IpAddress } from './ip.js';
import type { ServerFlows, VipFlows } from './lb.js';
import { numbered } from './table-change.js';
import { newestTables, type VipHistory } from './table-history.js';
import { type PredictedTable, predictTable } from './table-prediction.js';

/** A new-flow table that a VIP had for some time. */
export interface TableEpoch {
  readonly table: PredictedTable;
  /** Flows that began while it was in force. */
  readonly begun: number;
}

/**
 * Flows that would change their server if this VPP forgot its flows, or another VPP with the same table got them: those
 * that live on a server which the table no longer gives them. In flows as VPP counts them: it counts entries
 * that have expired, and were not overwritten yet, too.
 */
export interface FailoverDebt {
  /** On servers that have no bucket any more. */
  readonly certain: number;
  /** No more than that: all flows but those on a server that has the whole table. */
  readonly most: number;
  /** From the tables that were seen; null = unknown, because none was. */
  readonly estimate: number | null;
}

/** The same of a VIP, with all its flows, and since when its tables are known; null = they are not. */
export interface FlowDebt extends FailoverDebt {
  readonly flows: number;
  readonly since: number | null;
}

/** From what VPP says of its flows, and what was seen of its tables. A large table takes milliseconds. */
export function debtOfFlows({
  tableLength,
  servers,
  history,
}: VipFlows & { readonly history: VipHistory | null }): FlowDebt {
  const flows = servers.reduce((sum, one) => sum + one.flows, 0);
  const inForce = servers.filter(({ weight }) => weight > 0);
  const epochs = newestTables(history?.tables ?? [], flows).map(({ table, begun }) => {
    return { table: predictTable(table.length, table.servers), begun };
  });
  const debt = failoverDebt(servers, predictTable(tableLength, inForce), epochs);
  // Without flows there is nothing that could be unknown.
  const estimate = flows === 0 ? 0 : debt.estimate;
  return { ...debt, estimate, flows, since: history?.since ?? null };
}

/**
 * `now` is the table in force, `epochs` those that were seen, the one in force included, in any order. A server's flows are
 * taken to have begun in the epochs as new flows did, and to be spread evenly over the buckets that it had then.
 */
export function failoverDebt(
  servers: readonly Pick<ServerFlows, 'address' | 'flows'>[],
  now: PredictedTable,
  epochs: readonly TableEpoch[],
): FailoverDebt {
  const buckets = bucketsOf(now);
  const moved = movedShares(now, epochs);
  let certain = 0;
  let most = 0;
  let estimate = 0;
  for (const { address, flows } of servers) {
    const has = buckets.get(address) ?? 0;
    if (has === 0) certain += flows;
    if (has < now.cells.length) most += flows;
    if (has === 0) estimate += flows;
    else if (has < now.cells.length) estimate += flows * (moved.get(address) ?? 0);
  }
  return { certain, most, estimate: epochs.length === 0 ? null : Math.round(estimate) };
}

function bucketsOf({ servers, cells }: PredictedTable): Map<IpAddress, number> {
  const counts = new Uint32Array(servers.length + 1);
  for (const cell of cells) counts[cell] = (counts[cell] ?? 0) + 1;
  return new Map(servers.map(({ address }, place) => [address, counts[place + 1] ?? 0]));
}

/** For each server the share of the flows that began on it whose bucket it does not have now. */
function movedShares(now: PredictedTable, epochs: readonly TableEpoch[]): Map<IpAddress, number> {
  const numbers = new Map<IpAddress, number>();
  const is = numbered(now, numbers);
  const begun: number[] = [];
  const away: number[] = [];
  for (const { table, begun: flows } of epochs) {
    const was = numbered(table, numbers);
    const length = Math.max(table.cells.length, now.cells.length);
    const each = flows / length;
    for (let bucket = 0; bucket < length; bucket++) {
      const from = was[table.cells[bucket & (table.cells.length - 1)] ?? 0] ?? 0;
      const to = is[now.cells[bucket & (now.cells.length - 1)] ?? 0] ?? 0;
      begun[from] = (begun[from] ?? 0) + each;
      if (from !== to) away[from] = (away[from] ?? 0) + each;
    }
  }
  const shares = new Map<IpAddress, number>();
  for (const [address, number] of numbers) {
    const all = begun[number] ?? 0;
    shares.set(address, all === 0 ? 0 : (away[number] ?? 0) / all);
  }
  return shares;
}
