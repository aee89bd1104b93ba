/**
 * Does `work` for every item, with at most `width` under way at once, and gives the results in the order of the items.
 * It begins nothing more after a failure, and rejects with the first one. What bounds the work of one turn of the
 * event loop, so that whoever else waits for it is served in between.
 */
export async function inWindow<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  let failed = false;
  const next = async () => {
    for (const [i, item] of queue) {
      if (failed) return;
      results[i] = await work(item);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(width, items.length) }, next));
  } finally {
    failed = true;
  }
  return results;
}
