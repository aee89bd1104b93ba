import { HEADER, SEGMENT_VERSION } from './layout.js';
import { BadLayout, type SegmentMemory } from './segment-memory.js';

/** The header of the segment at one moment. */
export interface SegmentHeader {
  readonly base: bigint;
  readonly epoch: bigint;
  readonly inProgress: boolean;
  /** Pointer to the directory. */
  readonly directory: bigint;
}

/** Throws BadLayout if this is not a segment of the version that is understood. */
export function readHeader(memory: SegmentMemory): SegmentHeader {
  const bytes = new Uint8Array(HEADER.size);
  memory.read(0, bytes);
  const view = new DataView(bytes.buffer);
  const version = view.getBigUint64(HEADER.version, true);
  if (version !== SEGMENT_VERSION) {
    throw new BadLayout(`its version is ${version}, only ${SEGMENT_VERSION} is understood`);
  }
  return {
    base: view.getBigUint64(HEADER.base, true),
    epoch: view.getBigUint64(HEADER.epoch, true),
    inProgress: view.getBigUint64(HEADER.inProgress, true) !== 0n,
    directory: view.getBigUint64(HEADER.directory, true),
  };
}

/**
 * Whether nothing structural happened between two looks. The directory counts besides the epoch, because VPP adds
 * symlinks, and moves the directory for them, without an epoch of their own.
 */
export function isUnchanged(before: SegmentHeader, after: SegmentHeader): boolean {
  return (
    !before.inProgress &&
    !after.inProgress &&
    before.epoch === after.epoch &&
    before.directory === after.directory &&
    before.base === after.base
  );
}
