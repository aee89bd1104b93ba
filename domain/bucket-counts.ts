import { compareBytes } from './maglev-table.js';

/** A server as the sharing of buckets sees it. */
export interface SharingServer {
  readonly index: number;
  /** The 16 bytes of its address; unique. */
  readonly bytes: Uint8Array;
  /** 0..255. */
  readonly weight: number;
}

/**
 * How many buckets of a table of `length` lead to each server, without the table: replicas take turns in the order of
 * replica and address until all buckets are taken, so each gets as many as any other, and the first ones one more.
 * Servers without buckets are absent.
 */
export function countBucketsOf(length: number, servers: readonly SharingServer[]): Map<number, number> {
  const taking = servers.filter(({ weight }) => weight > 0).sort((a, b) => compareBytes(a.bytes, b.bytes));
  const replicas = taking.reduce((sum, { weight }) => sum + weight, 0);
  const counts = new Map<number, number>();
  if (replicas === 0) return counts;
  const rounds = Math.floor(length / replicas);
  let left = length - rounds * replicas;
  for (const { index, weight } of taking) if (rounds > 0) counts.set(index, rounds * weight);
  for (let replica = 0; left > 0; replica++) {
    for (const { index, weight } of taking) {
      if (weight <= replica) continue;
      if (left-- === 0) return counts;
      counts.set(index, (counts.get(index) ?? 0) + 1);
    }
  }
  return counts;
}
