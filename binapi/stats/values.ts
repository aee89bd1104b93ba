import {
  type CombinedCounters,
  column,
  combinedCounters,
  type SimpleCounters,
  Sums,
  simpleCounters,
  stretchesFor,
  type Wanted,
} from './counters.js';
import type { Directory, DirectoryEntry } from './directory.js';
import { COMBINED_SIZE, ENTRY_TYPE, U64_SIZE } from './layout.js';
import { BadLayout } from './segment-memory.js';
import type { SegmentView, VectorPlace } from './segment-view.js';

/** What an entry of the segment holds. */
export type StatsValue =
  /** A number, gauge or moment. */
  | { readonly kind: 'scalar'; readonly value: bigint }
  | { readonly kind: 'simple'; readonly counters: SimpleCounters }
  | { readonly kind: 'combined'; readonly counters: CombinedCounters }
  /** Names by index; null where VPP has none (any more). */
  | { readonly kind: 'names'; readonly names: readonly (string | null)[] }
  /** Histograms, rings, symlinks that lead nowhere, and types of newer releases. */
  | { readonly kind: 'other'; readonly type: number };

/** More threads than any VPP has. */
const MOST_THREADS = 1024;
/** More characters than any name has. */
const LONGEST_NAME = 64 * 1024;

/** Reads an entry, of counters only the wanted elements. Throws BadLayout. */
export function readValue(
  view: SegmentView,
  directory: Directory,
  entry: DirectoryEntry,
  wanted: Wanted,
): Promise<StatsValue> {
  return entry.type === ENTRY_TYPE.symlink
    ? readSymlink(view, directory, entry)
    : readPlain(view, entry, wanted);
}

/** The vector of every thread, as it is. Throws BadLayout, also for an entry that is no simple counter vector. */
export async function readThreads(view: SegmentView, entry: DirectoryEntry): Promise<BigUint64Array[]> {
  if (entry.type !== ENTRY_TYPE.simple) {
    throw new BadLayout(`"${entry.name}" is of type ${entry.type}, not simple counters by thread`);
  }
  const threads: BigUint64Array[] = [];
  for (const row of rowsOf(view, entry, U64_SIZE)) {
    const copy = new Uint8Array(row.length * U64_SIZE);
    await view.slices(row.offset, copy.length, U64_SIZE, (slice, at) => copy.set(slice, at));
    threads.push(new BigUint64Array(copy.buffer));
  }
  return threads;
}

async function readPlain(view: SegmentView, entry: DirectoryEntry, wanted: Wanted): Promise<StatsValue> {
  switch (entry.type) {
    case ENTRY_TYPE.scalar:
    case ENTRY_TYPE.gauge:
      return { kind: 'scalar', value: entry.value };
    case ENTRY_TYPE.simple:
      return { kind: 'simple', counters: simpleCounters(await readSums(view, entry, wanted, U64_SIZE)) };
    case ENTRY_TYPE.combined:
      return {
        kind: 'combined',
        counters: combinedCounters(await readSums(view, entry, wanted, COMBINED_SIZE)),
      };
    case ENTRY_TYPE.names:
      return { kind: 'names', names: await readNames(view, entry) };
    default:
      return { kind: 'other', type: entry.type };
  }
}

/** VPP's symlinks show one column of a vector of counters, and never lead to another symlink. */
async function readSymlink(
  view: SegmentView,
  directory: Directory,
  symlink: DirectoryEntry,
): Promise<StatsValue> {
  const target = directory.target(view, symlink);
  if (target === null) return { kind: 'other', type: symlink.type };
  const whole = await readPlain(view, target, [symlink.symlinkColumn]);
  switch (whole.kind) {
    case 'simple':
      return { kind: 'simple', counters: column(whole.counters, symlink.symlinkColumn) };
    case 'combined':
      return { kind: 'combined', counters: column(whole.counters, symlink.symlinkColumn) };
    default:
      return { kind: 'other', type: symlink.type };
  }
}

async function readSums(
  view: SegmentView,
  entry: DirectoryEntry,
  wanted: Wanted,
  elementSize: number,
): Promise<Sums> {
  const rows = rowsOf(view, entry, elementSize);
  const length = Math.max(0, ...rows.map((row) => row.length));
  const stretches = stretchesFor(wanted, length, elementSize);
  const sums = new Sums(length, stretches, elementSize / U64_SIZE);
  for (const row of rows) {
    for (const [number, { first, count }] of stretches.entries()) {
      const present = Math.min(first + count, row.length) - first;
      if (present <= 0) continue;
      await view.slices(row.offset + first * elementSize, present * elementSize, elementSize, (slice, at) =>
        sums.add(number, at, slice),
      );
    }
  }
  return sums;
}

/** The vectors of all threads. They may differ in length, and be absent, while VPP creates or removes them. */
function rowsOf(view: SegmentView, entry: DirectoryEntry, elementSize: number): VectorPlace[] {
  const threads = view.vector(entry.value, U64_SIZE);
  if (threads.length > MOST_THREADS) throw new BadLayout(`"${entry.name}" has ${threads.length} threads`);
  const pointers = view.bytes(threads.offset, threads.length * U64_SIZE);
  return Array.from({ length: threads.length }, (_, i) =>
    view.vector(pointers.readBigUInt64LE(i * U64_SIZE), elementSize),
  );
}

async function readNames(view: SegmentView, entry: DirectoryEntry): Promise<(string | null)[]> {
  const place = view.vector(entry.value, U64_SIZE);
  const pointers: bigint[] = [];
  await view.slices(place.offset, place.length * U64_SIZE, U64_SIZE, (slice) => {
    for (let at = 0; at < slice.length; at += U64_SIZE) pointers.push(slice.readBigUInt64LE(at));
  });
  const names: (string | null)[] = [];
  for (const pointer of pointers) {
    names.push(pointer === 0n ? null : nameAt(view, pointer));
    await view.turn();
  }
  return names;
}

function nameAt(view: SegmentView, pointer: bigint): string {
  const { offset, length } = view.vector(pointer, 1);
  if (length > LONGEST_NAME) throw new BadLayout(`a name of ${length} characters`);
  const bytes = view.bytes(offset, length);
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end === -1 ? length : end);
}
