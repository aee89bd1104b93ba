import type { VirtualClock } from '../../clock/virtual-clock.js';

/** Lets virtual time pass, a millisecond at a time, until the promise is settled; gives what it gives. */
export async function lettingTimePass<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let settled = false;
  const mark = () => {
    settled = true;
  };
  promise.then(mark, mark);
  while (!settled) {
    await clock.advance(1);
    // What is real, such as sockets, needs turns rather than time.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return promise;
}
