import type { IpAddress } from '../../domain/ip.js';
import { StickyFlowTable } from '../flow/sticky-flow-table.js';
import { Fib } from './fib.js';
import type { FlowTable } from './flow-table.js';
import { TableHeap } from './heap.js';
import { ALL_ONES, type Ip46, ip46 } from './ip46.js';
import { type LbStatistics, noStatistics } from './lb-statistics.js';
import { Pool } from './pool.js';
import { VIP_TYPE, type VipType } from './vip-type.js';

/** A server of one VIP. The same address under two VIPs is two servers. */
export interface As {
  address: Ip46;
  vipIndex: number;
  /** False: removed, but kept until garbage collection frees the slot. */
  used: boolean;
  /** 0..255. */
  weight: number;
  /** Uptime in seconds of the last removal; a leftover of the slot, or 0, if it was never removed. */
  lastUsed: number;
  /** Number of the load-balance object of the route to it; null in a slot that was never used. */
  dpo: number | null;
}

export interface Vip {
  /** Host bits are cleared. */
  prefix: Ip46;
  /** 0..255; 96 more than an IPv4 prefix length. */
  prefixLength: number;
  /** 255 when port is 0. */
  protocol: number;
  /** 0 = all ports. */
  port: number;
  type: VipType;
  /** False: deleted, but kept until garbage collection frees the slot. */
  used: boolean;
  srcIpSticky: boolean;
  /** One byte of memory with two names: dscp of an L3DSR VIP, service type of a NAT VIP (1 = nodeport). */
  dscpOrServiceType: number;
  targetPort: number;
  /** Number of the prefix in the table of ports; meaningless for port 0. */
  prefixIndex: number;
  tableLength: number;
  /** The new-flow table, or null when it must be computed again before it is read. */
  table: Uint32Array | null;
  /** Uptime in seconds. */
  lastGarbageCollection: number;
  /** Indexes of its servers, removed ones included. */
  servers: Pool<{ asIndex: number }>;
}

export interface LbConfig {
  ip4Source: Uint8Array;
  ip6Source: Uint8Array;
  bucketsPerThread: number;
  /** Seconds. */
  flowTimeout: number;
}

/** How VPP up to 26.06 differs: no weights, and garbage is collected only when somebody does something. */
export type LbGeneration = 'modern' | 'legacy';

/** Everything that the lb plugin of one VPP holds. */
export interface LbState {
  readonly generation: LbGeneration;
  readonly vips: Pool<Vip>;
  /** Indexes of the live VIPs by `prefix/length`, so that lookups need not go through all of them. */
  readonly liveVips: Map<string, Set<number>>;
  readonly servers: Pool<As>;
  readonly config: LbConfig;
  readonly fib: Fib;
  readonly heap: TableHeap;
  flowTable: FlowTable;
  readonly statistics: LbStatistics;
  /** Numbers of prefixes that have VIPs by port, in use. */
  readonly prefixIndexes: Set<number>;
  /** `prefixIndex,protocol,port` of the VIPs by port. */
  readonly portFilters: Map<string, number>;
  /** `server,targetPort` of the NAT VIPs' servers. */
  readonly snatMappings: Set<string>;
  /** Ports of NAT VIPs of type nodeport; never taken out again. */
  readonly nodePorts: Set<number>;
  /** Called when a VIP has come or gone. */
  readonly vipsChanged: () => void;
}

export interface LbStateOptions {
  readonly generation?: LbGeneration;
  readonly heapBytes?: number;
  readonly statistics?: LbStatistics;
  /** Threads besides the main one; default none. */
  readonly workers?: number;
  /** A VIP has come or gone. */
  readonly vipsChanged?: () => void;
}

/**
 * The plugin as it comes up: VIP 0 and server 0 are placeholders, so the first real ones have index 1. `uptime` gives the
 * seconds that VPP has run.
 */
export function createLbState(uptime: () => number, options: LbStateOptions = {}): LbState {
  const statistics = options.statistics ?? noStatistics;
  const config: LbConfig = {
    ip4Source: new Uint8Array(4).fill(0xff),
    ip6Source: new Uint8Array(16).fill(0xff),
    bucketsPerThread: 1024,
    flowTimeout: 40,
  };
  const heap = new TableHeap(options.heapBytes);
  const threadCount = 1 + (options.workers ?? 0);
  const state: LbState = {
    generation: options.generation ?? 'modern',
    vips: new Pool(),
    liveVips: new Map(),
    servers: new Pool(),
    config,
    fib: new Fib(threadCount, statistics.loadBalanceCreated),
    heap,
    flowTable: new StickyFlowTable(threadCount, config, heap, uptime),
    statistics,
    prefixIndexes: new Set(),
    portFilters: new Map(),
    snatMappings: new Set(),
    nodePorts: new Set(),
    vipsChanged: options.vipsChanged ?? (() => {}),
  };
  const vip = state.vips.take(blankVip).value;
  vip.prefix = ALL_ONES;
  vip.protocol = 255;
  vip.used = true;
  vip.tableLength = 1;
  const server = state.servers.take(blankAs).value;
  server.address = ALL_ONES;
  server.vipIndex = 0xffffffff;
  return state;
}

const ZERO: Ip46 = ip46(new Uint8Array(16));

/** A VIP slot that was never used: all zero. */
export function blankVip(): Vip {
  return {
    prefix: ZERO,
    prefixLength: 0,
    protocol: 0,
    port: 0,
    type: VIP_TYPE.IP6_GRE6,
    used: false,
    srcIpSticky: false,
    dscpOrServiceType: 0,
    targetPort: 0,
    prefixIndex: 0,
    tableLength: 0,
    table: null,
    lastGarbageCollection: 0,
    servers: new Pool(),
  };
}

/** A server slot that was never used: all zero. */
export function blankAs(): As {
  return { address: ZERO, vipIndex: 0, used: false, weight: 0, lastUsed: 0, dpo: null };
}

/** The server in a slot that is known to be in use. */
export function serverAt(state: LbState, asIndex: number): As {
  const server = state.servers.get(asIndex);
  if (server === undefined) throw new Error(`server ${asIndex} is not in use`);
  return server;
}

/** Every server of a VIP, removed ones included, in the order of its pool. */
export function* serversOf(state: LbState, vip: Vip): Generator<[asIndex: number, server: As]> {
  for (const { asIndex } of vip.servers.values()) yield [asIndex, serverAt(state, asIndex)];
}

/** The index of the server of a VIP that has this address, removed or not; null when there is none. */
export function findServer(state: LbState, vip: Vip, address: IpAddress): number | null {
  for (const [asIndex, server] of serversOf(state, vip)) if (server.address.text === address) return asIndex;
  return null;
}

/** The FIB prefix of a server. */
export function serverRoute(server: As): string {
  return `${server.address.text}/${server.address.isIp4 ? 32 : 128}`;
}

/** What the mapping back from a server of a NAT VIP is found by: the VIP is not part of it. */
export function snatKey(server: As, vip: Vip): string {
  return `${server.address.text},${vip.targetPort}`;
}
