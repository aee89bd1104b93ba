import type { IpAddress } from './ip.js';
import type { PredictedTable } from './table-prediction.js';

/** What a change of a new-flow table moves, in buckets of the longer one of the two tables. */
export interface TableChange {
  readonly length: number;
  /** Buckets that led to one server before and lead to another one, or to none, afterwards. */
  readonly moved: number;
  /**
   * How many had to: a server that has fewer buckets than before gives that many away, wherever they are. The others
   * that moved are collateral: they went from one server to another although both could have kept what they had.
   */
  readonly hadToMove: number;
  readonly collateral: number;
  /** Buckets that led nowhere before and now lead somewhere. */
  readonly gained: number;
  /** Of the buckets that moved, how many each server lost, for those that lost any. */
  readonly lost: ReadonlyMap<IpAddress, number>;
}

/**
 * Compares two tables of one VIP. A flow is in the bucket that the low bits of its hash say, so that a bucket of a
 * shorter table is several of a longer one. Servers are the same when their addresses are.
 */
export function compareTables(before: PredictedTable, after: PredictedTable): TableChange {
  const length = Math.max(before.cells.length, after.cells.length);
  const numbers = new Map<IpAddress, number>();
  const was = numbered(before, numbers);
  const is = numbered(after, numbers);
  const balance = new Int32Array(numbers.size + 1);
  const lostBy = new Uint32Array(numbers.size + 1);
  let moved = 0;
  let gained = 0;
  for (let bucket = 0; bucket < length; bucket++) {
    const from = was[before.cells[bucket & (before.cells.length - 1)] ?? 0] ?? 0;
    const to = is[after.cells[bucket & (after.cells.length - 1)] ?? 0] ?? 0;
    if (from === to) continue;
    balance[from] = (balance[from] ?? 0) - 1;
    balance[to] = (balance[to] ?? 0) + 1;
    if (from === 0) gained++;
    else {
      moved++;
      lostBy[from] = (lostBy[from] ?? 0) + 1;
    }
  }
  let hadToMove = 0;
  for (let number = 1; number < balance.length; number++) hadToMove += Math.max(0, -(balance[number] ?? 0));
  const lost = new Map<IpAddress, number>();
  for (const [address, number] of numbers) {
    const count = lostBy[number] ?? 0;
    if (count > 0) lost.set(address, count);
  }
  return { length, moved, hadToMove, collateral: moved - hadToMove, gained, lost };
}

/**
 * For each value of the table's cells the number of its server in `numbers`, from 1 on; 0 stays 0. Servers that are not
 * in `numbers` yet get the next ones.
 */
export function numbered({ servers }: PredictedTable, numbers: Map<IpAddress, number>): Uint32Array {
  const of = new Uint32Array(servers.length + 1);
  for (const [place, { address }] of servers.entries()) {
    let number = numbers.get(address);
    if (number === undefined) {
      number = numbers.size + 1;
      numbers.set(address, number);
    }
    of[place + 1] = number;
  }
  return of;
}
