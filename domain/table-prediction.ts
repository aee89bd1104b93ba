import { countBucketsOf } from './bucket-counts.js';
import type { IpAddress } from './ip.js';
import type { VipState } from './lb.js';
import { buildNewFlowTable, tableBytes } from './maglev-table.js';

/** A server as the new-flow table of a VIP sees it; 0..255, 0 = it gets no new flows. */
export interface WeightedServer {
  readonly address: IpAddress;
  readonly weight: number;
}

/** A new-flow table, computed. */
export interface PredictedTable {
  /** In the order given. */
  readonly servers: readonly WeightedServer[];
  /** For each bucket 1 more than the place of its server in `servers`; 0 = nobody. */
  readonly cells: Uint32Array;
}

/** The whole table that VPP makes of these servers. It takes 30 ms for a million buckets. */
export function predictTable(length: number, servers: readonly WeightedServer[]): PredictedTable {
  const cells = buildNewFlowTable(
    length,
    servers.map(({ address, weight }, place) => ({ index: place + 1, address, weight })),
  );
  return { servers, cells };
}

/** The server of a bucket; null = nobody. */
export function serverOfBucket({ servers, cells }: PredictedTable, bucket: number): IpAddress | null {
  return servers[(cells[bucket] ?? 0) - 1]?.address ?? null;
}

/** How many buckets VPP gives each server, 0 included, in the order given. It takes no table. */
export function predictBuckets(length: number, servers: readonly WeightedServer[]): number[] {
  const counts = countBucketsOf(
    length,
    servers.map(({ address, weight }, index) => ({ index, bytes: tableBytes(address), weight })),
  );
  return servers.map((_, index) => counts.get(index) ?? 0);
}

/**
 * Buckets of the table of a VIP that VPP has. Its length may be known modulo 65536 only; then VPP's own counts, which add
 * up to it, tell it. null = nobody has a bucket, and the length is not known.
 */
export function lengthOfTable({ tableLength, ases }: VipState): number | null {
  if (tableLength.exact) return tableLength.value;
  const sum = ases.reduce((total, { buckets }) => total + buckets, 0);
  return sum === 0 ? null : sum;
}

/** A server whose buckets are not as many as they must be. */
export interface BucketDifference {
  readonly address: IpAddress;
  readonly weight: number;
  readonly predicted: number;
  /** By VPP. */
  readonly reported: number;
}

/**
 * The servers to which VPP reports another number of buckets than its own rule gives: VPP knows another rule, or the
 * rule here is wrong. Empty when there is nothing to compare.
 */
export function bucketDifferences(vip: VipState): BucketDifference[] {
  const length = lengthOfTable(vip);
  if (length === null || !Number.isInteger(Math.log2(length))) return lengthDifferences(vip, length);
  const predicted = predictBuckets(length, vip.ases);
  return vip.ases.flatMap(({ address, weight, buckets: reported }, i) => {
    const expected = predicted[i] ?? 0;
    return expected === reported ? [] : [{ address, weight, predicted: expected, reported }];
  });
}

/** Counts that do not add up to any table. */
function lengthDifferences({ ases }: VipState, length: number | null): BucketDifference[] {
  if (length === null) {
    return ases
      .filter(({ weight }) => weight > 0)
      .map(({ address, weight }) => ({ address, weight, predicted: 1, reported: 0 }));
  }
  return ases.map(({ address, weight, buckets }) => ({ address, weight, predicted: 0, reported: buckets }));
}
