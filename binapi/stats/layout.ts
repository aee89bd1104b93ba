/*
 * The stats segment of VPP as it lies in memory, version 2 (vlib/stats/shared.h of VPP), little-endian. Pointers are
 * addresses of VPP's process: an offset in the segment is a pointer minus the base that the header gives.
 */

/** The only version of the layout that is understood. */
export const SEGMENT_VERSION = 2n;

/** The header, at offset 0: five u64. */
export const HEADER = {
  version: 0,
  base: 8,
  /** Counts structural changes: entries that come or go, vectors that move. */
  epoch: 16,
  /** Not 0 while VPP makes such a change. */
  inProgress: 24,
  /** Pointer to the vector of entries. */
  directory: 32,
  size: 40,
} as const;

/** An entry of the directory. */
export const ENTRY = {
  /** u32, an ENTRY_TYPE. */
  type: 0,
  /** u64: a value or a pointer, by the type. */
  value: 8,
  /** Of a symlink, u32: the number of the entry that it leads to. */
  symlinkTarget: 8,
  /** Of a symlink, u32: which column of the target it shows. */
  symlinkColumn: 12,
  /** Ends with a NUL; what is behind it means nothing. */
  name: 16,
  nameSize: 128,
  size: 144,
} as const;

/** In front of the first element of a vector; the u32 at its beginning is the number of elements. */
export const VECTOR_HEADER_SIZE = 8;

export const U64_SIZE = 8;
/** Packets, then bytes. */
export const COMBINED_SIZE = 16;

export const ENTRY_TYPE = {
  illegal: 0,
  scalar: 1,
  /** Vector of threads, each a pointer to a vector of u64. */
  simple: 2,
  /** Vector of threads, each a pointer to a vector of pairs of u64. */
  combined: 3,
  /** Vector of pointers to vectors of characters, the last of which is a NUL. */
  names: 4,
  /** A free slot. */
  empty: 5,
  symlink: 6,
  histogram: 7,
  ring: 8,
  /** As scalar; older releases of VPP have no such type and use scalar. */
  gauge: 9,
} as const;
