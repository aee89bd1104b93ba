/** The largest weight of a server: VPP's own bound. */
export const MAX_WEIGHT = 100;

/** The longest new-flow table. VPP allocates 4 bytes an entry from its main heap, and twice that while it rebuilds. */
export const MAX_TABLE_LENGTH = 2 ** 20;

/** VPP allocates 64 bytes a bucket and thread: 256 MB a thread. */
export const MAX_STICKY_BUCKETS = 2 ** 22;

/** Seconds. VPP's timer wheel has no room for more. */
export const MAX_FLOW_TIMEOUT = 120;

export function isWeight(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_WEIGHT;
}
