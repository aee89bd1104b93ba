import { VECTOR_HEADER_SIZE } from '../../binapi/stats/layout.js';
import type { SegmentFile } from './segment-file.js';
import type { Block, SegmentHeap } from './segment-heap.js';

export interface VectorShape {
  readonly elementSize: number;
  /** Of the first element, in bytes: 64 for counters, 8 otherwise. */
  readonly alignment: 8 | 64;
}

/**
 * A vector of VPP in the segment: in front of the elements their number, and how many more fit without a move. It grows
 * in place while the memory it has suffices, and moves to half as much again when it does not.
 */
export class SegmentVector {
  readonly shape: VectorShape;
  readonly #file: SegmentFile;
  readonly #heap: SegmentHeap;
  readonly #headerSize: number;
  #block: Block;
  #length: number;

  constructor(file: SegmentFile, heap: SegmentHeap, shape: VectorShape, length: number) {
    this.#file = file;
    this.#heap = heap;
    this.shape = shape;
    this.#headerSize = Math.max(shape.alignment, VECTOR_HEADER_SIZE);
    this.#block = heap.allocate(this.#headerSize + length * shape.elementSize);
    this.#length = length;
    this.#writeHeader();
  }

  get length(): number {
    return this.#length;
  }

  /** Offset of the first element in the segment. */
  get offset(): number {
    return this.#block.offset + this.#headerSize;
  }

  /** Elements that fit without a move. */
  get capacity(): number {
    return Math.floor((this.#block.usable - this.#headerSize) / this.shape.elementSize);
  }

  /** Offset of an element. */
  at(index: number): number {
    if (!Number.isInteger(index) || index < 0 || index >= this.#length) {
      throw new RangeError(`there is no element ${index} of ${this.#length}`);
    }
    return this.offset + index * this.shape.elementSize;
  }

  /** Makes sure that the element exists; new ones are 0. */
  validate(index: number): void {
    if (index < this.#length) return;
    const before = this.#length;
    if (index >= this.capacity) this.#move(index + 1);
    this.#length = index + 1;
    this.#writeHeader();
    this.#file.zero(this.at(before), (this.#length - before) * this.shape.elementSize);
  }

  free(): void {
    this.#heap.free(this.#block);
  }

  #move(length: number): void {
    const old = this.#block;
    const bytes = length * this.shape.elementSize;
    this.#block = this.#heap.allocate(this.#headerSize + bytes + Math.floor(bytes / 2));
    this.#file.copy(old.offset + this.#headerSize, this.offset, this.#length * this.shape.elementSize);
    this.#heap.free(old);
  }

  /** u32 length, u8 size of the header in words, u8 alignment and origin, u8 room to grow, u8 padding. */
  #writeHeader(): void {
    const header = Buffer.alloc(VECTOR_HEADER_SIZE);
    header.writeUInt32LE(this.#length, 0);
    header.writeUInt8(this.#headerSize / 8, 4);
    header.writeUInt8(Math.log2(this.shape.alignment) | 0x80, 5);
    header.writeUInt8(Math.min(255, this.capacity - this.#length), 6);
    this.#file.setBytes(this.offset - VECTOR_HEADER_SIZE, header);
  }
}
