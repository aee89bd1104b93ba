import type { SegmentHeader } from './header.js';
import { VECTOR_HEADER_SIZE } from './layout.js';
import { BadLayout, type SegmentMemory } from './segment-memory.js';

/** A vector of VPP: where its elements begin in the segment, and how many there are. */
export interface VectorPlace {
  readonly offset: number;
  readonly length: number;
}

/** Bytes that are copied at a time. */
const SLICE = 256 * 1024;
/** Bytes after which other work of the process gets its turn. */
const TURN = 512 * 1024;

/**
 * One look at the segment under one header. Every pointer is checked before it is followed, and no look reads more
 * bytes than the segment has: only pointers that lie could make it.
 */
export class SegmentView {
  readonly header: SegmentHeader;
  readonly #memory: SegmentMemory;
  #bytesLeft: number;
  #bytesToTurn = TURN;

  constructor(memory: SegmentMemory, header: SegmentHeader) {
    this.#memory = memory;
    this.header = header;
    this.#bytesLeft = 2 * memory.size + SLICE;
  }

  /** The vector at a pointer; 0 is the empty one. Throws BadLayout if it is not all inside of the segment. */
  vector(pointer: bigint, elementSize: number): VectorPlace {
    if (pointer === 0n) return { offset: 0, length: 0 };
    const distance = pointer - this.header.base;
    if (distance < VECTOR_HEADER_SIZE || distance > this.#memory.size) {
      throw new BadLayout(`pointer 0x${pointer.toString(16)} leads out of it`);
    }
    const offset = Number(distance);
    const length = this.bytes(offset - VECTOR_HEADER_SIZE, 4).readUInt32LE(0);
    if (offset + length * elementSize > this.#memory.size) {
      throw new BadLayout(`a vector of ${length} elements at offset ${offset} does not fit`);
    }
    return { offset, length };
  }

  /** A copy of a few bytes. */
  bytes(offset: number, size: number): Buffer {
    const copy = Buffer.alloc(size);
    this.#read(offset, copy);
    return copy;
  }

  /** Copies a stretch in slices, which are valid during the call only, and of a multiple of `unit` bytes. */
  async slices(
    offset: number,
    size: number,
    unit: number,
    take: (slice: Buffer, at: number) => void,
  ): Promise<void> {
    const sliceSize = Math.min(size, Math.floor(SLICE / unit) * unit);
    const slice = Buffer.alloc(sliceSize);
    for (let at = 0; at < size; at += sliceSize) {
      const part = slice.subarray(0, Math.min(sliceSize, size - at));
      this.#read(offset + at, part);
      take(part, at);
      await this.turn();
    }
  }

  /** Lets other work of the process run if it has been kept waiting for a while. */
  async turn(): Promise<void> {
    if (this.#bytesToTurn > 0) return;
    this.#bytesToTurn = TURN;
    await new Promise((resolve) => setImmediate(resolve));
  }

  #read(offset: number, into: Uint8Array): void {
    // A call costs as much as a few hundred bytes, so that many small reads count, too.
    const cost = into.length + CALL_COST;
    this.#bytesToTurn -= cost;
    this.#bytesLeft -= into.length;
    if (this.#bytesLeft < 0) throw new BadLayout('its pointers lead to the same place again and again');
    this.#memory.read(offset, into);
  }
}

/** What a call costs, in bytes that could be copied meanwhile. */
const CALL_COST = 4096;
