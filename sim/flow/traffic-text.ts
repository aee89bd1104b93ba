import { compareIps, type IpAddress } from '../../domain/ip.js';
import { formatTime } from '../time-text.js';
import { flowText } from './flow.js';
import type { FlowRecord } from './packet-generator.js';
import type { Packets } from './packets.js';

const NOBODY = 'nobody';

/** What was sent and where it went: a paragraph for each name, a line for each server. */
export function trafficText(flows: readonly FlowRecord[], streams: ReturnType<Packets['streams']>): string {
  const byName = new Map<string, FlowRecord[]>();
  for (const record of flows) {
    const records = byName.get(record.name);
    if (records === undefined) byName.set(record.name, [record]);
    else records.push(record);
  }
  return [...byName].map(([name, records]) => paragraph(name, records, streams)).join('');
}

/** A line for each flow. */
export function flowsText(flows: readonly FlowRecord[]): string {
  return flows
    .map(({ flow, server, packets, lost, moves, movedFrom }) => {
      const missing = lost === 0 ? '' : `, ${lost} lost`;
      const moved = moves === 0 ? '' : `, moved ${times(moves)}, last from ${movedFrom}`;
      return `${flowText(flow)} to ${server ?? NOBODY}, ${plural(packets, 'packet')}${missing}${moved}\n`;
    })
    .join('');
}

function paragraph(
  name: string,
  records: readonly FlowRecord[],
  streams: ReturnType<Packets['streams']>,
): string {
  const repeated = streams
    .filter(({ stream }) => stream.name === name)
    .map(({ stream }) => `, every ${formatTime(stream.everyMs)}`);
  const packets = sum(records, (record) => record.packets);
  const lost = sum(records, (record) => record.lost);
  const moved = records.filter((record) => record.moves > 0).length;
  return [
    `${name}${repeated.join('')}\n`,
    `  ${plural(records.length, 'flow')}, ${moved} moved; ${plural(packets, 'packet')}, ${lost} lost\n`,
    ...serverLines(records),
  ].join('');
}

function serverLines(records: readonly FlowRecord[]): string[] {
  const counts = new Map<IpAddress | null, number>();
  for (const { server } of records) counts.set(server, (counts.get(server) ?? 0) + 1);
  const rows = [...counts].sort(([a], [b]) => (a === null ? 1 : b === null ? -1 : compareIps(a, b)));
  const width = Math.max(...rows.map(([server]) => (server ?? NOBODY).length));
  return rows.map(([server, count]) => `    ${(server ?? NOBODY).padEnd(width)}  ${plural(count, 'flow')}\n`);
}

function sum(records: readonly FlowRecord[], of: (record: FlowRecord) => number): number {
  return records.reduce((total, record) => total + of(record), 0);
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
