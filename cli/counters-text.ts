import { nameText } from '../domain/name.js';
import { thousands } from '../domain/thousands.js';
import type { VPPLBCounters, VPPLBVIPCounters } from '../rpc/generated/maglev.js';
import { momentWithAge } from './age.js';
import { type Debts, debtFields, debtText } from './debt-text.js';
import { forecastFields } from './forecast-text.js';
import { columns, fields, none, sentence } from './layout.js';
import { vppLines } from './state-text.js';
import { type Line, label, plain, type Span } from './text.js';

/** One table over all VIPs, so that they can be compared, cut at the line that names each VIP. */
export function countersText(
  { timeNs, vips, vpp, forecast }: VPPLBCounters,
  debts: Debts,
  nowMs: number,
): Line[] {
  const [head = [], ...body] = columns(
    [[plain(''), label('packets'), label('bytes')], ...vips.flatMap(vipRows)],
    '  ',
    1,
  );
  let next = 0;
  const summary = fields([
    ['read', momentWithAge(timeNs, nowMs)],
    ['vips', vips.length],
    ...(forecast === undefined ? [] : forecastFields(forecast)),
    ...(debts.error === null ? [] : debtFields(debts, nowMs)),
  ]);
  const tables = vips.flatMap((vip) => {
    const rows = body.slice(next, next + vipRows(vip).length);
    next += rows.length;
    const title = sentence([
      ['vip', vip.prefix],
      ['protocol', vip.protocol],
      ['port', vip.port],
      ...(vip.frontend === '' ? [] : [['frontend', nameText(vip.frontend)] as const]),
    ]);
    const owed = debts.debts.find(({ prefix, protocol, port }) => {
      return prefix === vip.prefix && protocol === vip.protocol && port === vip.port;
    });
    const debt = owed === undefined ? [] : [[label('  failover-debt'), plain(`: ${debtText(owed, nowMs)}`)]];
    return [title, head, ...rows, ...debt];
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
      row(`server ${address}${backend === '' ? '' : ` (${nameText(backend)})`}`, packets, bytes),
    ),
  ];
}

function row(name: string, packets: bigint | undefined, bytes: bigint | undefined): Span[] {
  return [label(name), plain(countText(packets)), plain(countText(bytes))];
}

function countText(count: bigint | undefined): string {
  return count === undefined ? none : thousands(count);
}
