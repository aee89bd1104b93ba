/** A program that is still busy after so many turns will not come to rest. */
const PATIENCE = 1_000_000;

/** Those who wait below; each has one setImmediate of its own pending. */
let waiting = 0;

/**
 * Resolves when nothing more happens by itself: no setImmediate and no microtask is left, only timers and I/O could
 * bring something new. Rejects when that moment does not come. For virtual time only.
 */
export function eventLoopIdle(): Promise<void> {
  return new Promise((resolve, reject) => {
    waiting += 1;
    let turns = 0;
    const look = (): void => {
      // Node runs all microtasks between two immediates, so here only immediates can be left.
      if (pendingImmediates() <= waiting - 1) {
        waiting -= 1;
        resolve();
      } else if (++turns > PATIENCE) {
        waiting -= 1;
        reject(new Error(`the event loop is not idle after ${PATIENCE} turns: something runs for ever`));
      } else {
        setImmediate(look);
      }
    };
    setImmediate(look);
  });
}

function pendingImmediates(): number {
  let pending = 0;
  for (const resource of process.getActiveResourcesInfo()) if (resource === 'Immediate') pending += 1;
  return pending;
}
