import { MaglevError } from '../../domain/errors.js';
import type { IpAddress } from '../../domain/ip.js';
import type {
  LbCounters,
  LbIndexes,
  ServerCounters,
  VipCounters,
  VipIndexes,
} from '../../domain/lb-counters.js';
import { Turns } from '../../domain/turns.js';
import type { SimpleCounters } from './counters.js';
import type { StatsRequest, StatsSnapshot } from './snapshot.js';

/** The lb plugin's counters, by place of the VIP in its pool. They appear with the first VIP. */
const vipCounterNames = {
  next: 'packet from existing sessions',
  first: 'first session packet',
  untracked: 'untracked packet',
  noServer: 'no server configured',
} as const;

/** What the FIB has looked up for a prefix: packets that come in for a VIP. */
const ROUTE_TO = '/net/route/to';
/** What went straight to a route: the plugin hands its packets to that of the server, past the look-up. */
const ROUTE_VIA = '/net/route/via';

/** Ten thousand take 20 ms. */
const SERVERS_A_TURN = 1000;

/** What to read of the stats segment for lbCounters. */
export function lbCounterRequests(indexes: LbIndexes): StatsRequest[] {
  const vips = [...indexes.values()];
  if (vips.length === 0) return [];
  const places = vips.map(({ index }) => index);
  const routes = vips.flatMap(({ routeIndex }) => (routeIndex === null ? [] : [routeIndex]));
  const servers = vips.flatMap((vip) => [...vip.servers.values()]);
  return [
    ...Object.values(vipCounterNames).map((name) => ({ name, indexes: places })),
    { name: ROUTE_TO, indexes: routes },
    { name: ROUTE_VIA, indexes: servers },
  ];
}

/**
 * The counters in a snapshot of the same indexes. `at`: when it was taken, milliseconds since
 * the epoch. Rejects with MGL_STATS_LAYOUT when the plugin's counters are not in it, although there are VIPs.
 */
export async function lbCounters(
  snapshot: StatsSnapshot,
  indexes: LbIndexes,
  at: number,
): Promise<LbCounters> {
  if (indexes.size === 0) return { at, vips: [] };
  const next = simple(snapshot, vipCounterNames.next);
  const first = simple(snapshot, vipCounterNames.first);
  const untracked = simple(snapshot, vipCounterNames.untracked);
  const noServer = simple(snapshot, vipCounterNames.noServer);
  const to = snapshot.combined(ROUTE_TO);
  const via = snapshot.combined(ROUTE_VIA);
  const server = ([address, index]: readonly [IpAddress, number]): ServerCounters => ({
    address,
    traffic: via?.at(index) ?? null,
  });
  const vip = ({ key, index, routeIndex, servers }: VipIndexes): VipCounters => ({
    key,
    next: next.at(index),
    first: first.at(index),
    untracked: untracked.at(index),
    noServer: noServer.at(index),
    traffic: routeIndex === null ? null : (to?.at(routeIndex) ?? null),
    servers: [...servers].map(server),
  });
  const turns = new Turns(SERVERS_A_TURN);
  const vips: VipCounters[] = [];
  for (const one of indexes.values()) {
    vips.push(vip(one));
    await turns.after(1 + one.servers.size);
  }
  return { at, vips };
}

function simple(snapshot: StatsSnapshot, name: string): SimpleCounters {
  const counters = snapshot.simple(name);
  if (counters !== null) return counters;
  throw new MaglevError('MGL_STATS_LAYOUT', `VPP has VIPs, but its stats segment has no "${name}"`);
}
