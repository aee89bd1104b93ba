import { type IpAddress, ipBytes } from './ip.js';
import { xxhash64 } from './xxhash64.js';

/** A server of a VIP as the new-flow table sees it. */
export interface TableServer {
  /** What is written into the table for it: 1..2^32-1. 0 stands for "no server". */
  readonly index: number;
  readonly address: IpAddress;
  /** 0..255; 0 = gets no bucket. */
  readonly weight: number;
}

/** VPP's weights are u8. */
const MAX_WEIGHT = 255;

/** An address seen before: where it stands in the order of servers, and the hashes of its replicas so far. */
interface KnownServer {
  /** The 16 bytes that VPP holds; an IPv4 address is in the last four. */
  readonly bytes: Uint8Array;
  readonly keyLow: number;
  readonly keyHigh: number;
  /** Low and high half of the hash of replica r at [2r] and [2r + 1]; grown as heavier weights come along. */
  hashes: Uint32Array;
}

/**
 * Hashes depend on nothing but address and replica, and one server usually stands in many tables, so they are kept.
 * The bound keeps a process that meets ever new addresses small; forgetting costs time only.
 */
const known = new Map<IpAddress, KnownServer>();
const KNOWN_SERVERS_MAX = 16_384;

/**
 * The new-flow table that VPP (26.10 and later) computes for a VIP: `length` buckets, each with the index of the server that
 * new flows of this bucket go to, 0 everywhere when no server has a weight. A server takes part once per unit of
 * weight (replica 0..weight-1), each replica with a permutation of its own. Replicas, ordered by replica and then
 * by address, take turns to claim the next free bucket of their permutation until all are taken. The result does
 * not depend on the order of `servers`, and takes part of nothing but address, weight and length.
 *
 * `length` is a power of two; addresses are unique. Throws RangeError otherwise.
 */
export function buildNewFlowTable(length: number, servers: readonly TableServer[]): Uint32Array {
  return fill(length, servers, (server) => server.weight);
}

/** The table of VPP up to 26.06, which knows no weights: every server takes part once. */
export function buildLegacyNewFlowTable(length: number, servers: readonly TableServer[]): Uint32Array {
  return fill(length, servers, () => 1);
}

function fill(
  length: number,
  servers: readonly TableServer[],
  weightOf: (server: TableServer) => number,
): Uint32Array {
  if (!Number.isInteger(Math.log2(length))) throw new RangeError(`${length} is not a power of two`);
  const table = new Uint32Array(length);
  const mask = length - 1;
  const turns = replicas(length, servers, weightOf);
  const { count, owners, positions, skips } = turns;
  if (count === 0) return table;

  let taken = 0;
  while (true) {
    for (let i = 0; i < count; i++) {
      const skip = skips[i] as number;
      let position = positions[i] as number;
      while (table[position] !== 0) position = (position + skip) & mask;
      table[position] = owners[i] as number;
      taken++;
      if (taken === length) return table;
      positions[i] = (position + skip) & mask;
    }
  }
}

/** Who takes turns: parallel arrays in order of the turns, of which `count` are used. */
interface Turns {
  readonly count: number;
  readonly owners: Uint32Array;
  readonly positions: Uint32Array;
  readonly skips: Uint32Array;
}

function replicas(
  length: number,
  servers: readonly TableServer[],
  weightOf: (server: TableServer) => number,
): Turns {
  const sorted = servers
    .map((server) => ({ index: server.index, weight: weightOf(server), facts: knownServer(server.address) }))
    .sort((a, b) => compareBytes(a.facts.bytes, b.facts.bytes));
  let heaviest = 0;
  let total = 0;
  for (const [i, { index, weight, facts }] of sorted.entries()) {
    const before = sorted[i - 1];
    if (before !== undefined && compareBytes(before.facts.bytes, facts.bytes) === 0) {
      throw new RangeError(`server ${index} has the address of server ${before.index}`);
    }
    if (!(index > 0)) throw new RangeError('server index 0 means no server');
    heaviest = Math.max(heaviest, weight);
    total += weight;
    hashReplicas(facts, weight);
  }

  const count = Math.min(total, length);
  const mask = length - 1;
  const owners = new Uint32Array(count);
  const positions = new Uint32Array(count);
  const skips = new Uint32Array(count);
  let turn = 0;
  for (let replica = 0; replica < heaviest && turn < count; replica++) {
    for (const { index, weight, facts } of sorted) {
      if (weight <= replica || turn >= count) continue;
      owners[turn] = index;
      // An odd step visits every bucket of a table whose length is a power of two.
      skips[turn] = ((facts.hashes[2 * replica] as number) | 1) & mask;
      positions[turn] = (facts.hashes[2 * replica + 1] as number) & mask;
      turn++;
    }
  }
  return { count, owners, positions, skips };
}

function knownServer(address: IpAddress): KnownServer {
  const found = known.get(address);
  if (found !== undefined) return found;
  if (known.size >= KNOWN_SERVERS_MAX) known.clear();
  const short = ipBytes(address);
  const bytes = new Uint8Array(16);
  bytes.set(short, 16 - short.length);
  const words = new DataView(bytes.buffer);
  const facts: KnownServer = {
    bytes,
    keyLow: words.getUint32(0, true) ^ words.getUint32(8, true),
    keyHigh: words.getUint32(4, true) ^ words.getUint32(12, true),
    hashes: new Uint32Array(0),
  };
  known.set(address, facts);
  return facts;
}

/** The 16 bytes that VPP holds of an address: an IPv4 address is in the last four. They must not be changed. */
export function tableBytes(address: IpAddress): Uint8Array {
  return knownServer(address).bytes;
}

/** Makes sure that the hashes of replicas 0..weight-1 are there. */
function hashReplicas(facts: KnownServer, weight: number): void {
  if (!Number.isInteger(weight) || weight < 0 || weight > MAX_WEIGHT) {
    throw new RangeError(`${weight} is not a weight`);
  }
  const done = facts.hashes.length / 2;
  if (weight <= done) return;
  const hashes = new Uint32Array(2 * weight);
  hashes.set(facts.hashes);
  for (let replica = done; replica < weight; replica++) {
    xxhash64(facts.keyLow ^ replica, facts.keyHigh, hashes, 2 * replica);
  }
  facts.hashes = hashes;
}

/** Two addresses of 16 bytes, which are unsigned; the first difference decides: for IPv4 this is numeric order. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < 16; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
