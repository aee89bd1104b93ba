import { flowHash } from '../../domain/flow-hash.js';
import { SimulatedCrash } from '../lb/crash.js';
import type { VipTarget } from '../lb/fib.js';
import type { PacketFate } from '../lb/flow-table.js';
import type { Ip46 } from '../lb/ip46.js';
import { type LbState, serverAt, type Vip } from '../lb/lb-state.js';
import { currentTable } from '../lb/new-flow-table.js';
import { isNat } from '../lb/vip-type.js';
import { encapsulate } from './encapsulation.js';
import { type Packet, PROTOCOL } from './flow.js';
import type { StatisticsBatch } from './statistics-batch.js';

/** VPP has room for so many bytes of headers before a packet; what goes beyond overwrites its own notes about the packet. */
const HEADER_ROOM_BYTES = 220;
/** Nothing grows where addresses are only rewritten; such a packet goes round until memory is full. */
const HOPS_MAX = 64;

type LeadingTarget = Exclude<VipTarget, { readonly kind: 'nowhere' }>;

/** A VIP that a packet has passed. */
export interface Hop {
  /** 0 for a port of a prefix that has no VIP. */
  readonly vipIndex: number;
  /** 0: dropped here. */
  readonly asIndex: number;
  readonly fate: PacketFate;
}

/** The way of one packet through VPP. */
export interface Journey {
  /** Mostly one; none when the packet was for no VIP. */
  readonly hops: readonly Hop[];
  /** Whom it was sent to; null: nobody. */
  readonly server: Ip46 | null;
}

/**
 * Takes a packet from its route through the VIP that the route belongs to, and on to the server; and again, when the
 * server's address belongs to a VIP. Counts it everywhere. Throws SimulatedCrash.
 */
export function forward(
  state: LbState,
  statistics: StatisticsBatch,
  thread: number,
  packet: Packet,
): Journey {
  const count = (way: 'to' | 'via', loadBalance: number, bytes: number) => {
    state.fib.counters.count(way, thread, loadBalance, bytes);
    statistics.countRoute(thread, way, loadBalance, bytes);
  };
  const route = state.fib.lookup(packet.family, packet.destination);
  count('to', route.loadBalance, packet.bytes);
  const hops: Hop[] = [];
  let current = packet;
  let server: Ip46 | null = null;
  let { target } = route;
  while (target !== null && target.kind !== 'nowhere') {
    const { hop, vip } = passVip(state, thread, target, current);
    hops.push(hop);
    statistics.countVip(thread, hop.fate, hop.vipIndex);
    if (hop.asIndex === 0) return { hops, server: null };
    const as = serverAt(state, hop.asIndex);
    server = as.address;
    current = encapsulate(target.type, current, vip, as, state.config);
    if (as.dpo === null) throw new Error(`server ${hop.asIndex} has no route`);
    count('via', as.dpo, current.bytes);
    target = state.fib.lookup(current.family, as.address).target;
    if (current.bytes - packet.bytes > HEADER_ROOM_BYTES || hops.length > HOPS_MAX) {
      throw new SimulatedCrash('encapsulation-loop', `a packet for ${packet.destination.text}`);
    }
  }
  return { hops, server };
}

function passVip(
  state: LbState,
  thread: number,
  target: LeadingTarget,
  packet: Packet,
): { readonly hop: Hop; readonly vip: Vip } {
  const vipIndex = vipIndexOf(state, target, packet);
  const vip = state.vips.get(vipIndex);
  if (vip === undefined) throw new Error(`VIP ${vipIndex} has a route and is not there`);
  const hash = flowHash(packet, vip.srcIpSticky);
  const table = currentTable(state, vip);
  const choice = table[(hash & (table.length - 1)) >>> 0] as number;
  const { server, fate } = state.flowTable.pass(thread, vipIndex, hash, choice);
  // NAT is for UDP: everything else is counted like it, and dropped.
  const dropped = isNat(target.type) && packet.protocol !== PROTOCOL.UDP;
  return { hop: { vipIndex, asIndex: dropped ? 0 : server, fate }, vip };
}

/** VIP 0 stands for every port that no VIP has. */
function vipIndexOf(state: LbState, target: LeadingTarget, packet: Packet): number {
  if (target.kind === 'vip') return target.vipIndex;
  const key = `${target.prefixIndex},${packet.protocol},${packet.destinationPort}`;
  return state.portFilters.get(key) ?? 0;
}
