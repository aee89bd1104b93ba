/** How many buckets lead to each index. Indexes that have none are absent. */
export function countBuckets(table: Uint32Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const index of table) counts.set(index, (counts.get(index) ?? 0) + 1);
  return counts;
}
