/**
 * Does `work` for every item, with at most `width` under way at once, and gives the results in the order of the items.
 * It begins nothing more after a failure, waits for what is under way, and rejects with the first failure: when it
 * settles, nothing of it goes on. What bounds the work of one turn of the event loop, so that whoever else waits for
 * it is served in between.
 */
export async function inWindow<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  const queue = items.entries();
  const next = async () => {
    for (const [i, item] of queue) {
      if (failures.length > 0) return;
      try {
        results[i] = await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, next));
  if (failures.length > 0) throw failures[0];
  return results;
}
