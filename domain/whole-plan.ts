import type { IpPrefix } from './ip.js';
import {
  type DesiredVip,
  type LbConf,
  type LbOperation,
  type LbState,
  type VipId,
  type VipKey,
  type VipState,
  vipId,
} from './lb.js';
import { planPrefix } from './plan.js';
import { costOf, loadOf, loadOfFound } from './plan-cost.js';
import type { VipMemory } from './plan-vip.js';
import { compareTables, type TableChange } from './table-change.js';
import { sameTable, type TableOf, tableOf } from './table-of.js';
import { predictTable } from './table-prediction.js';

/** What a plan does to one VIP. */
export interface VipPlan {
  readonly key: VipKey;
  /** Name of the frontend; '' = no frontend wants it. */
  readonly frontend: string;
  readonly operations: readonly LbOperation[];
  /** It is taken away and made again: until then it drops everything. */
  readonly anew: boolean;
  /** No server of it has weight when it is done, so that VPP drops its packets. Not so of one that is removed. */
  readonly servesNobody: boolean;
  /** Milliseconds that VPP's main thread will need, as foretold. */
  readonly vppMs: number;
  /** The tables before and after it; null: its table does not change, or there is none before or after. */
  readonly tables: TablePair | null;
}

/** The new-flow tables of a VIP before and after a plan, as what they are made of. */
export interface TablePair {
  readonly before: TableOf;
  readonly after: TableOf;
}

/** The buckets of a VIP that a plan moves. */
export type Moved = Omit<TableChange, 'lost'>;

/** A large table takes milliseconds. */
export function movedBy({ before, after }: TablePair): Moved {
  const predicted = ({ length, servers }: TableOf) => predictTable(length, servers);
  const { lost: _, ...moved } = compareTables(predicted(before), predicted(after));
  return moved;
}

/** What is known, and wanted, of one prefix. */
export interface PrefixWork {
  readonly prefix: IpPrefix;
  readonly wanted: readonly DesiredVip[];
  readonly found: readonly VipState[];
}

/** What has to be planned, prefix by prefix: those that are wanted first, in the order of the config. */
export function prefixWorks(wanted: readonly DesiredVip[], { vips }: LbState): PrefixWork[] {
  const works = new Map<IpPrefix, { prefix: IpPrefix; wanted: DesiredVip[]; found: VipState[] }>();
  const on = (prefix: IpPrefix) => {
    const known = works.get(prefix) ?? { prefix, wanted: [], found: [] };
    works.set(prefix, known);
    return known;
  };
  for (const vip of wanted) on(vip.key.prefix).wanted.push(vip);
  for (const vip of vips) on(vip.key.prefix).found.push(vip);
  return [...works.values()];
}

/** The plan of a prefix, told VIP by VIP. It is the value that is carried out: see planPrefix. */
export interface WorkPlan {
  readonly vips: readonly VipPlan[];
  /** Why VIPs are left as they are, a sentence each. */
  readonly refused: readonly string[];
}

export function planWork(
  { wanted, found }: PrefixWork,
  conf: LbConf | null,
  memory: ReadonlyMap<VipId, VipMemory>,
): WorkPlan {
  const { batches, after, refused } = planPrefix({ wanted, found, conf, memory });
  const has = new Map(found.map((vip) => [vipId(vip.key), vip]));
  const gets = new Map(after.map((vip) => [vipId(vip.key), vip]));
  const wants = new Map(wanted.map((vip) => [vipId(vip.key), vip]));
  const byVip = new Map<VipId, { key: VipKey; operations: LbOperation[]; anew: boolean }>();
  for (const { kind, operations } of batches) {
    for (const operation of operations) {
      const id = vipId(operation.key);
      const known = byVip.get(id) ?? { key: operation.key, operations: [], anew: false };
      known.operations.push(operation);
      known.anew ||= kind === 'anew';
      byVip.set(id, known);
    }
  }
  const vips = [...byVip].map(([id, { key, operations, anew }]): VipPlan => {
    const want = wants.get(id);
    const before = has.get(id);
    const load = want !== undefined ? loadOf(want) : loadOfFound(before ?? nothingOf(key));
    const frontend = want?.frontend ?? '';
    const result = gets.get(id);
    const tables = tablesOf(before, result);
    const servesNobody = result?.ases.every(({ weight }) => weight === 0) === true;
    return { key, frontend, operations, anew, servesNobody, vppMs: costOf(operations, load), tables };
  });
  return { vips, refused: refused.map(({ text }) => text) };
}

/** null when nothing can move. */
function tablesOf(before: VipState | undefined, after: VipState | undefined): TablePair | null {
  const was = before === undefined ? null : tableOf(before);
  const is = after === undefined ? null : tableOf(after);
  return was === null || is === null || sameTable(was, is) ? null : { before: was, after: is };
}

function nothingOf(key: VipKey): VipState {
  return { key, encap: 'unknown', tableLength: { value: 1, exact: true }, srcIpSticky: null, ases: [] };
}
