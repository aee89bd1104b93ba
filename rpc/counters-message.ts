import { type DesiredVip, protocolName, vipId } from '../domain/lb.js';
import type { LbCounters, ServerCounters, VipCounters } from '../domain/lb-counters.js';
import type { Standings } from '../domain/standings.js';
import type { StickyForecast } from '../domain/sticky-forecast.js';
import type {
  StickyForecast as StickyForecastMessage,
  VPPLBASCounters,
  VPPLBCounters,
  VPPLBVIPCounters,
} from './generated/maglev.js';
import { nanoseconds } from './nanoseconds.js';
import { conditionMessage } from './standing-message.js';

export function lbCountersMessage(
  counters: LbCounters,
  standings: Standings,
  forecast: StickyForecast | null,
): VPPLBCounters {
  const known = new Map(standings.frontends.map(({ desired }) => [vipId(desired.key), desired]));
  return {
    timeNs: nanoseconds(counters.at),
    vips: counters.vips.map((vip) => vipMessage(vip, known.get(vipId(vip.key)))),
    vpp: conditionMessage(standings.vpp),
    forecast: forecast === null ? undefined : forecastMessage(forecast),
  };
}

export function forecastMessage(forecast: StickyForecast): StickyForecastMessage {
  const { untracked, range, offered, untrackedPackets, enough } = forecast;
  return { ...untracked, range, offered, untrackedPackets, enough: enough ?? undefined };
}

function vipMessage(
  { key, traffic, servers, ...counts }: VipCounters,
  wanted: DesiredVip | undefined,
): VPPLBVIPCounters {
  return {
    prefix: key.prefix,
    protocol: protocolName(key.protocol),
    port: key.port,
    next: counts.next,
    first: counts.first,
    untracked: counts.untracked,
    noServer: counts.noServer,
    packets: traffic?.packets,
    bytes: traffic?.bytes,
    applicationServers: servers.map((one) => serverMessage(one, wanted)),
    frontend: wanted?.frontend ?? '',
  };
}

function serverMessage(
  { address, traffic }: ServerCounters,
  wanted: DesiredVip | undefined,
): VPPLBASCounters {
  const backend = wanted?.ases.find((as) => as.address === address)?.backend ?? '';
  return { address, packets: traffic?.packets, bytes: traffic?.bytes, backend };
}
