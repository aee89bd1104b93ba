import type { ProbesAnswer } from '../../contract.js';

export type Probe = ProbesAnswer['last'][number];

/** Upper ends of the rows of a heat strip, ms, each twice the one before; what is longer is in the last row too. */
export const rows = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] as const;

/** Which row a latency is in. */
export function rowOf(ms: number): number {
  const row = rows.findIndex((most) => ms <= most);
  return row < 0 ? rows.length - 1 : row;
}

/** Some time of a heat strip. */
export interface Column {
  /** How many probes were in each row. */
  readonly counts: readonly number[];
  /** Of them: how many failed, or could not be judged. */
  readonly failed: number;
  readonly doubted: number;
}

/** Probes from `from` to `to` in `count` columns. */
export function columnsOf(
  probes: Iterable<Probe>,
  from: number,
  to: number,
  count: number,
): readonly Column[] {
  const columns = Array.from({ length: count }, () => ({
    counts: rows.map(() => 0),
    failed: 0,
    doubted: 0,
  }));
  for (const { at, durationMs, verdict } of probes) {
    const column = columns[Math.floor(((at - from) / (to - from)) * count)];
    if (column === undefined) continue;
    const row = rowOf(durationMs);
    column.counts[row] = (column.counts[row] ?? 0) + 1;
    if (verdict === 'fail') column.failed++;
    else if (verdict === 'doubt') column.doubted++;
  }
  return columns;
}

/** As many as are kept: an hour of a probe a second. */
const KEPT = 3600;

/** The probes of one backend that were seen, newest last; the same one comes in many answers. */
export class ProbeMemory {
  readonly #byTime = new Map<number, Probe>();

  add(probes: readonly Probe[]): void {
    for (const probe of [...probes].reverse()) {
      // A probe ends once: when it did names it.
      if (!this.#byTime.has(probe.at)) this.#byTime.set(probe.at, probe);
    }
    for (const at of this.#byTime.keys()) {
      if (this.#byTime.size <= KEPT) break;
      this.#byTime.delete(at);
    }
  }

  get probes(): readonly Probe[] {
    return [...this.#byTime.values()];
  }
}

/** The latency that so much of the probes did not exceed, by the buckets: the upper end of the one that it is in. null: longer than all. */
export function quantileOf(buckets: ProbesAnswer['buckets'], part: number): number | null {
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  let seen = 0;
  for (const { atMostMs, count } of buckets) {
    seen += count;
    if (total > 0 && seen >= part * total) return atMostMs;
  }
  return null;
}
