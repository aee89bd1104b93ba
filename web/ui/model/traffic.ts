import type { HistoryAnswer } from '../../contract.js';

/** The packets a second of one server over time; null where nothing was read. */
export interface Curve {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly last: number | null;
}

/** More curves nobody tells apart. */
const MOST = 8;

/** One server's, or those of the servers that had most. */
export function curvesOf({ servers }: HistoryAnswer, backend: string | null): readonly Curve[] {
  return servers
    .filter((server) => backend === null || server.backend === backend)
    .map((server) => ({ server, total: sum(server.packetsPerSecond) }))
    .sort((a, b) => b.total - a.total)
    .slice(0, MOST)
    .map(({ server: { backend: name, address, packetsPerSecond } }) => ({
      name: name === '' ? address : name,
      values: packetsPerSecond,
      last: packetsPerSecond.findLast((value) => value !== null) ?? null,
    }));
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

/** Round values for an axis from 0 to just above `most`: two to six, 0 among them, 1 or more apart. */
export function levelsOf(most: number): readonly number[] {
  const size = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  const round = [0.25, 0.5, 1, 2.5].map((part) => part * size).find((one) => one * 4 >= most) ?? 5 * size;
  const step = Math.max(1, round);
  return Array.from({ length: Math.max(1, Math.ceil(most / step)) + 1 }, (_, i) => i * step);
}

/** What all servers had together, step by step; null where nothing was read of any of them. */
export function totalOf({ servers }: HistoryAnswer): readonly (number | null)[] {
  const count = Math.max(0, ...servers.map(({ packetsPerSecond }) => packetsPerSecond.length));
  return Array.from({ length: count }, (_, i) => {
    const read = servers
      // The last ones end together.
      .map(({ packetsPerSecond }) => packetsPerSecond[i - count + packetsPerSecond.length] ?? null)
      .filter((value) => value !== null);
    return read.length === 0 ? null : sum(read);
  });
}
