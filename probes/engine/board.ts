import type { DescriptorLedger } from '../pinger.js';

const BEATS = 0;
const LAG = 1;
const UNDER_WAY = 2;
const WAITING = 3;
const DESCRIPTORS = 4;
const MAX_DESCRIPTORS = 60;
const SIZE = DESCRIPTORS + MAX_DESCRIPTORS;

/**
 * What a worker shows of itself in shared memory. The main thread reads it without a message, so it can tell a worker
 * that hangs from one whose messages it has not read itself; and it survives the worker.
 */
export class Board implements DescriptorLedger {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(memory = new SharedArrayBuffer(SIZE * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
  }

  /** The worker's event loop has turned. */
  beat(lagMs: number, underWay: number, waiting: number): void {
    Atomics.store(this.#cells, LAG, Math.round(lagMs));
    Atomics.store(this.#cells, UNDER_WAY, underWay);
    Atomics.store(this.#cells, WAITING, waiting);
    Atomics.add(this.#cells, BEATS, 1);
  }

  get beats(): number {
    return Atomics.load(this.#cells, BEATS);
  }

  get lagMs(): number {
    return Atomics.load(this.#cells, LAG);
  }

  get underWay(): number {
    return Atomics.load(this.#cells, UNDER_WAY);
  }

  get waiting(): number {
    return Atomics.load(this.#cells, WAITING);
  }

  /** Node closes its own sockets when a thread ends, but not those that it does not know. Cells hold fd + 1. */
  opened(fd: number): void {
    const free = this.#cells.indexOf(0, DESCRIPTORS);
    if (free >= 0) Atomics.store(this.#cells, free, fd + 1);
  }

  closed(fd: number): void {
    const cell = this.#cells.indexOf(fd + 1, DESCRIPTORS);
    if (cell >= 0) Atomics.store(this.#cells, cell, 0);
  }

  /** Those that are open still. */
  get descriptors(): number[] {
    return [...this.#cells.subarray(DESCRIPTORS)].filter((cell) => cell > 0).map((cell) => cell - 1);
  }
}
