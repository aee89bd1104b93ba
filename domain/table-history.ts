import { type VipId, type VipState, vipId } from './lb.js';
import type { LbCounters } from './lb-counters.js';
import { sameTable, type TableOf, tableOf } from './table-of.js';

/** A new-flow table that a VIP had for some time. */
export interface TableSeen {
  readonly table: TableOf;
  /** Flows that began meanwhile. */
  readonly begun: number;
}

/** The tables of a VIP, oldest first; the last one is in force. */
export interface VipHistory {
  /** Since when they are known, milliseconds since the epoch. */
  readonly since: number;
  readonly tables: readonly TableSeen[];
}

interface Known {
  since: number;
  /** What VPP counted by the last reading. */
  first: bigint;
  readonly tables: { readonly table: TableOf; begun: number; since: number }[];
}

interface Stretch {
  readonly table: TableOf;
  /** Milliseconds since the epoch. */
  readonly from: number;
}

/** More are forgotten, the oldest first: history begins later then. */
const TABLES_KEPT = 32;

/**
 * Which new-flow tables the VIPs of a VPP have had, and how many flows began under each. Tables come from reads and writes,
 * counts from readings of counters: what was counted between two readings is shared out over the tables in force meanwhile,
 * by time.
 */
export class TableHistory {
  readonly #known = new Map<VipId, Known>();
  /** Since the last reading; the first one was in force at it. */
  readonly #stretches = new Map<VipId, Stretch[]>();
  #bootTime = 0;

  /** When the VPP was started whose counters come next, seconds since the epoch; 0 = unknown. Another one has no flow of before. */
  isOf(bootTime: number): void {
    if (bootTime === 0 || bootTime === this.#bootTime) return;
    if (this.#bootTime !== 0) {
      this.#known.clear();
      // What was told last may be of the new one already.
      for (const [id, stretches] of this.#stretches) this.#stretches.set(id, stretches.slice(-1));
    }
    this.#bootTime = bootTime;
  }

  /** VPP has this VIP so now. */
  stands(vip: VipState, at: number): void {
    const table = tableOf(vip);
    if (table === null) return;
    const id = vipId(vip.key);
    const stretches = this.#stretches.get(id);
    const last = stretches?.at(-1);
    if (last !== undefined && sameTable(last.table, table)) return;
    if (stretches === undefined) this.#stretches.set(id, [{ table, from: at }]);
    else stretches.push({ table, from: at });
  }

  /** VPP does not have it any more. */
  gone(id: VipId): void {
    this.#known.delete(id);
    this.#stretches.delete(id);
  }

  counted({ at, vips }: LbCounters): void {
    for (const { key, first } of vips) {
      const id = vipId(key);
      const stretches = this.#stretches.get(id);
      const last = stretches?.at(-1);
      if (stretches === undefined || last === undefined) continue;
      const known = this.#known.get(id);
      // A VIP that was made anew counts anew, and has no flow of before.
      if (known === undefined || first < known.first) {
        this.#known.set(id, { since: at, first, tables: [{ table: last.table, begun: 0, since: at }] });
      } else {
        shareOut(known, stretches, Number(first - known.first), at);
        known.first = first;
        for (const forgotten of known.tables.splice(0, known.tables.length - TABLES_KEPT))
          known.since = Math.max(known.since, forgotten.since);
        known.since = known.tables[0]?.since ?? at;
      }
      this.#stretches.set(id, [{ table: last.table, from: at }]);
    }
  }

  /** null: nothing is known. */
  of(id: VipId): VipHistory | null {
    const known = this.#known.get(id);
    if (known === undefined) return null;
    return { since: known.since, tables: known.tables.map(({ table, begun }) => ({ table, begun })) };
  }
}

function shareOut({ tables }: Known, stretches: readonly Stretch[], begun: number, at: number): void {
  const start = stretches[0]?.from ?? at;
  const whole = Math.max(1, at - start);
  for (const [i, { table, from }] of stretches.entries()) {
    const share = (begun * Math.max(0, (stretches[i + 1]?.from ?? at) - from)) / whole;
    const newest = tables.at(-1);
    if (newest !== undefined && sameTable(newest.table, table)) newest.begun += share;
    else tables.push({ table, begun: share, since: from });
  }
}

/**
 * Of the tables, those under which the flows that VPP knows began: it keeps the newest ones. What had expired was overwritten
 * first.
 */
export function newestTables(tables: readonly TableSeen[], flows: number): TableSeen[] {
  const kept: TableSeen[] = [];
  let left = flows;
  for (const { table, begun } of tables.toReversed()) {
    if (left <= 0) break;
    kept.unshift({ table, begun: Math.min(begun, left) });
    left -= begun;
  }
  return kept;
}
