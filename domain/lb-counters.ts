import type { ErrorCode } from './errors.js';
import type { IpAddress } from './ip.js';
import { type VipId, type VipKey, vipId } from './lb.js';
import type { StickyTraffic } from './sticky-forecast.js';

/** Packets and bytes since VPP began to count them. 64 bits wide, like VPP's counters. */
export interface Traffic {
  readonly packets: bigint;
  readonly bytes: bigint;
}

export interface ServerCounters {
  readonly address: IpAddress;
  /** What VPP sent towards the server; null = VPP does not tell. VIPs that share a server share these counters. */
  readonly traffic: Traffic | null;
}

/** What VPP counted for one VIP since it was created. The first four are packets. */
export interface VipCounters {
  readonly key: VipKey;
  /** Of flows that have a server already. */
  readonly next: bigint;
  /** The first of a flow. */
  readonly first: bigint;
  /** Forwarded, but without remembering the flow: its bucket of the sticky table is full. */
  readonly untracked: bigint;
  /** Dropped, because no server has weight. */
  readonly noServer: bigint;
  /** What came in for the VIP's prefix; null = VPP does not tell. */
  readonly traffic: Traffic | null;
  readonly servers: readonly ServerCounters[];
}

/** One reading of the load balancer's counters. */
export interface LbCounters {
  /** When they were read, milliseconds since the epoch. */
  readonly at: number;
  readonly vips: readonly VipCounters[];
  /** What was counted in the last minutes, of all VIPs together; absent when too little time has passed. */
  readonly recent?: StickyTraffic;
}

/** Where VPP counts for one VIP: indexes of vectors in its stats segment. */
export interface VipIndexes {
  readonly key: VipKey;
  /** In the four counters of the lb plugin: the place of the VIP in the plugin's pool. */
  readonly index: number;
  /** Of its prefix in `/net/route/to`, which all VIPs on it share; null = VPP does not tell. */
  readonly routeIndex: number | null;
  /** Of its servers in `/net/route/via`; the servers in numeric order. */
  readonly servers: ReadonlyMap<IpAddress, number>;
}

/**
 * Where VPP counts for each of its VIPs. It is true for as long as no VIP, server or route goes: VPP gives its index to
 * another one later.
 */
export type LbIndexes = ReadonlyMap<VipId, VipIndexes>;

/** Has a VIP another place than when it was asked where its counters are? Then those are somebody else's by now. */
export function haveMoved(known: LbIndexes, places: ReadonlyMap<VipId, number>): boolean {
  for (const [id, { index }] of known) if (places.get(id) !== index) return true;
  return places.size !== known.size;
}

/**
 * What a failed reading says of the segment. good: it is as it should be; doubtful: it is to be had anew; lost: it is
 * that of a VPP which has ended or hangs.
 */
export function segmentAfter(code: ErrorCode): 'good' | 'doubtful' | 'lost' {
  switch (code) {
    case 'MGL_STATS_BUSY':
    case 'MGL_STATS_INDEXES':
    case 'MGL_VPP_TEXT':
    case 'MGL_VPP_TIMEOUT':
      return 'good';
    case 'MGL_STATS_STALE':
      return 'lost';
    default:
      return 'doubtful';
  }
}

/**
 * Did a counter go back? VPP's never do; but VPP starts an index anew, from 0, for its next owner. So these two readings
 * are not of the same VIPs, routes and servers.
 */
export function wentBack(before: LbCounters, now: LbCounters): boolean {
  const known = new Map(before.vips.map((vip) => [vipId(vip.key), vip]));
  return now.vips.some((vip) => {
    const was = known.get(vipId(vip.key));
    return was !== undefined && (vipWentBack(was, vip) || serversWentBack(was.servers, vip.servers));
  });
}

function vipWentBack(before: VipCounters, now: VipCounters): boolean {
  return (
    now.next < before.next ||
    now.first < before.first ||
    now.untracked < before.untracked ||
    now.noServer < before.noServer ||
    trafficWentBack(before.traffic, now.traffic)
  );
}

function serversWentBack(before: readonly ServerCounters[], now: readonly ServerCounters[]): boolean {
  const known = new Map(before.map(({ address, traffic }) => [address, traffic]));
  return now.some(({ address, traffic }) => trafficWentBack(known.get(address) ?? null, traffic));
}

function trafficWentBack(before: Traffic | null, now: Traffic | null): boolean {
  return before !== null && now !== null && (now.packets < before.packets || now.bytes < before.bytes);
}
