import type { StatsSegment } from '../../binapi/stats/stats-segment.js';
import type { VipText } from '../support/lb-requests.js';
import { type ShownVip, shownVip } from './observe.js';
import type { Target } from './target.js';

const vipCounters = [
  'packet from existing sessions',
  'first session packet',
  'untracked packet',
  'no server configured',
];

/** Numbers of the stats segment by what they are called in the report. */
type Reading = ReadonlyMap<string, bigint>;

/**
 * What the stats segment counts while something is done: the four counters of a VIP, what was looked up in the FIB, and
 * what each of its servers got. null: the segment was not given.
 */
export async function countedBy(
  target: Target,
  vip: VipText | null,
  run: () => Promise<unknown>,
): Promise<string[] | null> {
  const { client, stats } = target;
  if (stats === null) return null;
  const shown = vip === null ? null : await shownVip(client, vip);
  const before = await read(stats, shown);
  await run();
  const after = await read(stats, shown);
  return [...after].map(([name, value]) => `${name}: ${value - (before.get(name) ?? 0n)}`);
}

/** Columns of each counter, `-` for one that is not there. null: the segment was not given. */
export async function columnsText({ stats }: Target, names: readonly string[]): Promise<string | null> {
  if (stats === null) return null;
  const columns: string[] = [];
  for (const name of names) {
    // Routes count bytes as well.
    const counters = await (name.startsWith('/net/route/') ? stats.combined(name) : stats.simple(name));
    columns.push(counters === null ? '-' : String(counters.length));
  }
  return columns.join(' ');
}

async function read(stats: StatsSegment, shown: ShownVip | null): Promise<Reading> {
  const reading = new Map<string, bigint>();
  for (const name of vipCounters) {
    reading.set(name, (await stats.simple(name))?.at(shown?.index ?? 0) ?? 0n);
  }
  const to = await stats.combined('/net/route/to');
  let [packets, bytes] = [0n, 0n];
  for (let i = 0; i < (to?.length ?? 0); i++) {
    packets += to?.at(i)?.packets ?? 0n;
    bytes += to?.at(i)?.bytes ?? 0n;
  }
  reading.set('to all, packets', packets).set('to all, bytes', bytes);
  const via = await stats.combined('/net/route/via');
  for (const [server, object] of [...(shown?.objects ?? [])].sort()) {
    reading.set(`via ${server}, packets`, via?.at(object)?.packets ?? 0n);
    reading.set(`via ${server}, bytes`, via?.at(object)?.bytes ?? 0n);
  }
  return reading;
}
