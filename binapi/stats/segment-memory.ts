import { closeSync, fstatSync, readSync } from 'node:fs';
import { MaglevError } from '../../domain/errors.js';

/** What was read cannot be right. It may have been caught in the middle of a change, so that a second look may help. */
export class BadLayout extends Error {
  override readonly name = 'BadLayout';
}

/** Larger than any stats segment in the field; a size beyond it is a mistake. */
const LARGEST_SEGMENT = 2 ** 36;

/** The descriptor of a segment, and copies of what it holds. Never mapped: memory that VPP gives up cannot harm us. */
export class SegmentMemory {
  readonly size: number;
  /** Tells one segment from another, for as long as both are open. */
  readonly identity: string;
  readonly #fd: number;
  #open = true;

  /** Takes the descriptor over, and closes it when it throws. Throws BadLayout if it is not a segment at all. */
  constructor(fd: number) {
    this.#fd = fd;
    try {
      const found = fstatSync(fd);
      if (!found.isFile()) throw new BadLayout('the descriptor is not one of memory');
      if (found.size > LARGEST_SEGMENT) throw new BadLayout(`it claims a size of ${found.size} bytes`);
      this.size = found.size;
      this.identity = `${found.dev}:${found.ino}`;
    } catch (thrown) {
      closeSync(fd);
      throw thrown;
    }
  }

  /** Fills `into` from this offset. Throws BadLayout beyond the end, MGL_STATS_STALE after close. */
  read(offset: number, into: Uint8Array): void {
    if (!this.#open) throw new MaglevError('MGL_STATS_STALE', 'the stats segment was closed');
    if (offset < 0 || offset + into.length > this.size) {
      throw new BadLayout(`offset ${offset} with ${into.length} bytes is outside of its ${this.size} bytes`);
    }
    if (into.length === 0) return;
    const got = readSync(this.#fd, into, 0, into.length, offset);
    if (got !== into.length) throw new BadLayout(`it ends at offset ${offset + got}`);
  }

  /** Calling it again does nothing. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#fd);
  }
}
