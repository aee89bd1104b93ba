import { closeSync, fstatSync, readSync, writeSync } from 'node:fs';

/**
 * The memory of a segment, by offset. Every change is one write of at most the given bytes, so that readers of other
 * processes see numbers either before or behind it, as they do with VPP's own stores. Once it is closed it is 0
 * everywhere and takes no more changes: a VPP that is dead counts nothing.
 */
export class SegmentFile {
  readonly size: number;
  readonly #fd: number;
  readonly #word = Buffer.alloc(8);
  #open = true;

  /** Takes the descriptor over. */
  constructor(fd: number) {
    this.#fd = fd;
    this.size = fstatSync(fd).size;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#fd);
  }

  u64(at: number): bigint {
    this.#word.fill(0);
    this.#read(at, this.#word);
    return this.#word.readBigUInt64LE(0);
  }

  /** Modulo 2^64. */
  setU64(at: number, value: bigint): void {
    this.#word.writeBigUInt64LE(BigInt.asUintN(64, value), 0);
    this.setBytes(at, this.#word);
  }

  setBytes(at: number, bytes: Uint8Array): void {
    if (this.#open && bytes.length > 0) writeSync(this.#fd, bytes, 0, bytes.length, at);
  }

  zero(at: number, size: number): void {
    this.setBytes(at, new Uint8Array(size));
  }

  copy(from: number, to: number, size: number): void {
    const bytes = new Uint8Array(size);
    this.#read(from, bytes);
    this.setBytes(to, bytes);
  }

  #read(at: number, into: Uint8Array): void {
    if (this.#open && into.length > 0) readSync(this.#fd, into, 0, into.length, at);
  }
}
