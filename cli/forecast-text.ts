import { WARN_FROM } from '../domain/sticky-forecast.js';
import type { StickyForecast } from '../rpc/generated/maglev.js';

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
