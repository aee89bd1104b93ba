import type { VPPLBCounters, VPPLBVIPCounters } from '../rpc/generated/maglev.js';
import { momentWithAge } from './age.js';
import { columns, fields, none, sentence } from './layout.js';
import { vppLines } from './state-text.js';
import { type Line, label, plain, type Span } from './text.js';
import { thousands } from './thousands.js';

/** One table over all VIPs, so that they can be compared, cut at the line that names each VIP. */
export function countersText({ timeNs, vips, vpp }: VPPLBCounters, nowMs: number): Line[] {
  const [head = [], ...body] = columns(
    [[plain(''), label('packets'), label('bytes')], ...vips.flatMap(vipRows)],
    '  ',
    1,
  );
  let next = 0;
  const summary = fields([
    ['read', momentWithAge(timeNs, nowMs)],
    ['vips', vips.length],
  ]);
  const tables = vips.flatMap((vip) => {
    const rows = body.slice(next, next + vipRows(vip).length);
    next += rows.length;
    const title = sentence([
      ['vip', vip.prefix],
      ['protocol', vip.protocol],
      ['port', vip.port],
      ...(vip.frontend === '' ? [] : [['frontend', vip.frontend] as const]),
    ]);
    return [title, head, ...rows];
  });
  return [...summary, ...tables, ...vppLines(vpp, nowMs)];
}

function vipRows(vip: VPPLBVIPCounters): Span[][] {
  return [
    row('received', vip.packets, vip.bytes),
    row('next', vip.next, undefined),
    row('first', vip.first, undefined),
    row('untracked', vip.untracked, undefined),
    row('no-server', vip.noServer, undefined),
    ...vip.applicationServers.map(({ address, packets, bytes, backend }) =>
      row(`server ${address}${backend === '' ? '' : ` (${backend})`}`, packets, bytes),
    ),
  ];
}

function row(name: string, packets: bigint | undefined, bytes: bigint | undefined): Span[] {
  return [label(name), plain(countText(packets)), plain(countText(bytes))];
}

function countText(count: bigint | undefined): string {
  return count === undefined ? none : thousands(count);
}
