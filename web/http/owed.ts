import type { ServerResponse } from 'node:http';

/** Bytes of answers that were written for one client each, and that those have not taken yet. */
const MOST_OWED = 256 * 1024 * 1024;

/** What is held for clients that do not take it: as much as they ask for, up to a bound. */
export class Owed {
  #bytes = 0;

  /** Is there room for no more? */
  get isFull(): boolean {
    return this.#bytes >= MOST_OWED;
  }

  /** Counts until the answer was taken, or its client is gone. */
  add(response: Pick<ServerResponse, 'once' | 'closed'>, bytes: number): void {
    if (response.closed) return;
    this.#bytes += bytes;
    response.once('close', () => {
      this.#bytes -= bytes;
    });
  }
}
