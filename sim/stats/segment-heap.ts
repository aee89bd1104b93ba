import { SimulatedCrash } from '../lb/crash.js';
import type { SegmentFile } from './segment-file.js';

export interface Block {
  readonly offset: number;
  /** Bytes that may be used; a few more than were asked for. */
  readonly usable: number;
}

/** VPP puts its heap behind the page of the header. */
const HEAP_BEGIN = 4096;
const CACHE_LINE = 64;

/**
 * Memory of the segment, handed out and taken back. What is freed is soon handed out again, and its first words are
 * overwritten at once, so that a reader who follows an old pointer sees what readers of VPP see.
 */
export class SegmentHeap {
  readonly #file: SegmentFile;
  readonly #free = new Map<number, number[]>();
  #end = HEAP_BEGIN;

  constructor(file: SegmentFile) {
    this.#file = file;
  }

  /** Bytes handed out so far and not given back. */
  used = 0;

  /** Zeroed, at the beginning of a cache line. Throws SimulatedCrash when the segment is full. */
  allocate(size: number): Block {
    // As the allocator of VPP: chunks of a multiple of 16 bytes, 8 of which are its own.
    const usable = Math.max(24, Math.ceil((size + 8) / 16) * 16 - 8);
    const taken = lines(usable);
    const reused = this.#free.get(taken)?.pop();
    if (reused === undefined && this.#end + taken > this.#file.size) {
      throw new SimulatedCrash('stats-segment-full', `${size} bytes more`);
    }
    const offset = reused ?? this.#end;
    if (reused === undefined) this.#end += taken;
    else this.#file.zero(offset, usable);
    this.used += taken;
    return { offset, usable };
  }

  free(block: Block): void {
    const taken = lines(block.usable);
    const list = this.#free.get(taken) ?? [];
    this.#free.set(taken, list);
    const next = list.at(-1) ?? 0;
    this.#file.setU64(block.offset, BigInt(next));
    this.#file.setU64(block.offset + 8, 0xdead_beef_dead_beefn);
    list.push(block.offset);
    this.used -= taken;
  }
}

function lines(bytes: number): number {
  return Math.ceil(bytes / CACHE_LINE) * CACHE_LINE;
}
