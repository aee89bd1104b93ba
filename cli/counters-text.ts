import { nameText } from '../domain/name.js';
import { WARN_FROM } from '../domain/sticky-forecast.js';
import { thousands } from '../domain/text.js';
import type { StickyForecast, VPPLBCounters, VPPLBVIPCounters } from '../rpc/generated/maglev.js';
import { type Debts, debtFields, debtText } from './debt-text.js';
import { columns, fields, none, sentence } from './layout.js';
import { vppLines } from './state-text.js';
import { type Line, label, plain, type Span } from './text.js';
import { momentWithAge } from './time-text.js';

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

/** A change of the buckets is for a quiet hour: it is told where there is reason to think of it. */
export function forecastFields(forecast: StickyForecast): (readonly [string, string])[] {
  const { low, likely, high, range, untrackedPackets, enough } = forecast;
  const source = range === 'packets' ? 'by packets a flow' : 'by untracked packets';
  const share = `${percent(likely)} of new flows (${percent(low)} to ${percent(high)}, ${source})`;
  const remedy =
    enough === undefined
      ? 'no number of buckets that is allowed is enough'
      : `sticky-buckets-per-core ${enough} brings it below 0.1%, but to change it makes VPP forget every flow`;
  return [
    ['not-remembered', share],
    ['untracked-packets', percent(untrackedPackets)],
    ...(likely < WARN_FROM ? [] : [['warning', `VPP forgets too many flows: ${remedy}`] as const]),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}
