import { protocolName } from '../domain/lb.js';
import type { LbCounters, ServerCounters, VipCounters } from '../domain/lb-counters.js';
import type { VPPLBASCounters, VPPLBCounters, VPPLBVIPCounters } from './generated/maglev.js';
import { nanoseconds } from './nanoseconds.js';

export function lbCountersMessage(counters: LbCounters): VPPLBCounters {
  return { timeNs: nanoseconds(counters.at), vips: counters.vips.map(vipMessage) };
}

function vipMessage({ key, traffic, servers, ...counts }: VipCounters): VPPLBVIPCounters {
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
    applicationServers: servers.map(serverMessage),
  };
}

function serverMessage({ address, traffic }: ServerCounters): VPPLBASCounters {
  return { address, packets: traffic?.packets, bytes: traffic?.bytes };
}
