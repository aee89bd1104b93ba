import type { WeightMode } from '../domain/config.js';
import { fidelityOf } from '../domain/fidelity.js';
import { ipFromBytes } from '../domain/ip.js';
import { compareTables } from '../domain/table-change.js';
import { predictTable, type WeightedServer } from '../domain/table-prediction.js';
import { replicasIn } from '../domain/weight-mode.js';
import { SeededRandom } from '../sim/random.js';

/** One change to one of many servers of weight 100. */
export interface Scenario {
  readonly title: string;
  readonly before: number;
  readonly after: number;
}

export const scenarios: readonly Scenario[] = [
  { title: 'One server is drained: 100 to 0', before: 100, after: 0 },
  { title: 'One server gets half the weight: 100 to 50', before: 100, after: 50 },
  { title: 'One server is ramped up a step: 10 to 20', before: 10, after: 20 },
];

export const serverCounts = [3, 10, 20, 50, 200] as const;
export const lengths = [1024, 4096, 16_384, 65_536] as const;

const modes: readonly WeightMode[] = [
  { mode: 'exact' },
  { mode: 'steps', steps: 10 },
  { mode: 'steps', steps: 4 },
];

/** Sets of addresses that each number is the mean of. */
const SETS = 20;

const HEADER = [
  '| servers | buckets | ideal | exact | 10 steps | 4 steps |',
  '|---:|---:|---:|---:|---:|---:|',
];

/** All rows of a scenario, as a table of Markdown. */
export function scenarioTable(scenario: Scenario): string {
  const rows = serverCounts.flatMap((count) => lengths.map((length) => scenarioRow(scenario, count, length)));
  return [...HEADER, ...rows].join('\n');
}

/** Moved share of the table, and in brackets the largest error of a share afterwards in points, in each mode. */
export function scenarioRow({ before, after }: Scenario, count: number, length: number): string {
  const ideal = Math.abs(shareOf(before, count) - shareOf(after, count)) * 100;
  const cells = modes.map((mode) => {
    let moved = 0;
    let error = 0;
    for (let set = 1; set <= SETS; set++) {
      const was = serversOf(set, count, before);
      const is = serversOf(set, count, after);
      const installedBefore = installed(was, mode);
      const installedAfter = installed(is, mode);
      const change = compareTables(
        predictTable(length, installedBefore),
        predictTable(length, installedAfter),
      );
      moved += change.moved / length;
      error = Math.max(error, fidelityOf(length, is, installedAfter).error);
    }
    return `${((moved / SETS) * 100).toFixed(1)} (${error.toFixed(1)})`;
  });
  return `| ${count} | ${length} | ${ideal.toFixed(1)} | ${cells.join(' | ')} |`;
}

/** Of one server among `count` of which the others have weight 100. */
function shareOf(weight: number, count: number): number {
  return weight / (weight + 100 * (count - 1));
}

function serversOf(set: number, count: number, first: number): WeightedServer[] {
  const random = new SeededRandom(set);
  const servers: WeightedServer[] = [];
  const seen = new Set<string>();
  while (servers.length < count) {
    const address = ipFromBytes(Uint8Array.of(10, ...random.bytes(3)));
    if (seen.has(address)) continue;
    seen.add(address);
    servers.push({ address, weight: servers.length === 0 ? first : 100 });
  }
  return servers;
}

/** The scale is that of the config, in which all have weight 100. */
function installed(servers: readonly WeightedServer[], mode: WeightMode): WeightedServer[] {
  const backends = servers.map((_, i) => ({ name: `b${i}`, weight: 100 }));
  const replicasOf = replicasIn({ backends }, mode);
  return servers.map(({ address, weight }) => ({ address, weight: replicasOf(weight) }));
}
