import type { Encoded } from './journal.js';

/** What is written to: a response of Node, as far as it matters here. */
export interface Sink {
  /** False: it takes no more before `drained` is called. */
  readonly write: (bytes: Buffer) => boolean;
  readonly end: () => void;
}

/** Messages that may wait for one reader. All readers share their bytes. */
export const MOST_WAITING = 256;

/**
 * Writes messages as fast as they are taken. What cannot be taken yet waits, up to a bound; behind that the reader has to
 * begin anew.
 */
export class EventReader {
  readonly #sink: Sink;
  readonly #lost: () => void;
  #waiting: Encoded['bytes'][] = [];
  #taking = true;
  #over = false;

  /** `lost`: told once, when the reader is too slow. */
  constructor(sink: Sink, lost: () => void) {
    this.#sink = sink;
    this.#lost = lost;
  }

  /** Messages that it has not taken yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** It takes nothing at the moment. */
  get isBehind(): boolean {
    return !this.#taking;
  }

  send(bytes: Buffer): void {
    if (this.#over) return;
    if (this.#taking) this.#taking = this.#sink.write(bytes);
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(bytes);
    else {
      this.#waiting = [];
      this.#over = true;
      this.#lost();
    }
  }

  /** What was written has been taken. */
  drained(): void {
    this.#taking = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const bytes of waiting) this.send(bytes);
  }

  /** Nothing more is sent; a last word may be. */
  close(last: Buffer | null): void {
    this.#over = true;
    this.#waiting = [];
    if (last !== null) this.#sink.write(last);
    this.#sink.end();
  }
}
