import type { DescriptorLedger } from '../../linux/descriptor.js';
import type { Through } from './contract.js';

const BEATS = 0;
const LAG = 1;
const UNDER_WAY = 2;
const WAITING = 3;
const WORKING_FOR = 4;
const POSTED = 5;
const DESCRIPTORS = 6;
/** Descriptors from here on are not noted; a process that has so many is far above its limits. */
const END_OF_DESCRIPTORS = 65_536;
const SIZE = DESCRIPTORS + END_OF_DESCRIPTORS / 32;
/** Behind them, numbers of eight bytes, on a boundary of eight. */
const WIDE_AT = Math.ceil((SIZE * Int32Array.BYTES_PER_ELEMENT) / 8) * 8;
const WIDE = 2;

const never = Number.NEGATIVE_INFINITY;

function newMemory(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(WIDE_AT + WIDE * Float64Array.BYTES_PER_ELEMENT);
  new Float64Array(memory, WIDE_AT, WIDE).fill(never);
  return memory;
}

/**
 * What a worker shows of itself in shared memory. The main thread reads it without a message, so it can tell a worker
 * that hangs from one whose messages it has not read itself; and it survives the worker.
 */
export class Board implements DescriptorLedger {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;
  readonly #wide: Float64Array;

  constructor(memory = newMemory()) {
    this.memory = memory;
    this.#cells = new Int32Array(memory, 0, SIZE);
    this.#wide = new Float64Array(memory, WIDE_AT, WIDE);
  }

  /** The last probe of the worker that a server has answered: when it had begun, and when that was known. */
  get through(): Through {
    return { begunAt: this.#wide[0] ?? never, at: this.#wide[1] ?? never };
  }

  cameThrough({ begunAt, at }: Through): void {
    this.#wide[0] = begunAt;
    this.#wide[1] = at;
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

  /** The worker was sent one more message. */
  post(): void {
    Atomics.add(this.#cells, POSTED, 1);
  }

  /** Messages that the worker was sent; from 2^31 on they are counted from -2^31 on. */
  get posted(): number {
    return Atomics.load(this.#cells, POSTED);
  }

  /** Notes for which target the worker works from now on, by its number; 0 = none. Answers the one before. */
  workFor(number: number): number {
    // Read when the worker is no more, which needs no barrier; one would take longer than all else that is done for a probe here.
    const before = this.#cells[WORKING_FOR] ?? 0;
    this.#cells[WORKING_FOR] = number;
    return before;
  }

  /** Does the worker work for this target now? */
  isWorkingFor(number: number): boolean {
    // A cell has 32 bits; numbers grow above that in a month of many probes.
    return number !== 0 && Atomics.load(this.#cells, WORKING_FOR) === (number | 0);
  }

  /** Node closes its own sockets when a thread ends, but not those that it does not know. */
  readonly opened = (fd: number): void => {
    if (fd < END_OF_DESCRIPTORS) Atomics.or(this.#cells, DESCRIPTORS + (fd >> 5), 1 << (fd & 31));
  };

  readonly closed = (fd: number): void => {
    if (fd < END_OF_DESCRIPTORS) Atomics.and(this.#cells, DESCRIPTORS + (fd >> 5), ~(1 << (fd & 31)));
  };

  /** Those that are open still. */
  get descriptors(): number[] {
    const open: number[] = [];
    for (let cell = DESCRIPTORS; cell < SIZE; cell++) {
      const bits = Atomics.load(this.#cells, cell);
      for (let bit = 0; bits !== 0 && bit < 32; bit++) {
        if ((bits & (1 << bit)) !== 0) open.push((cell - DESCRIPTORS) * 32 + bit);
      }
    }
    return open;
  }
}
