import {
  COMBINED_SIZE,
  ENTRY,
  ENTRY_TYPE,
  HEADER,
  SEGMENT_VERSION,
  U64_SIZE,
} from '../../binapi/stats/layout.js';
import { SegmentFile } from './segment-file.js';
import { SegmentHeap } from './segment-heap.js';
import { SegmentVector } from './segment-vector.js';

type Kind = 'scalar' | 'gauge' | 'simple' | 'combined' | 'names' | 'symlink';

/** What an entry has in the segment besides itself. */
interface Entry {
  readonly kind: Kind;
  readonly name: string;
  /** Counters: the vector of pointers to the rows. Names: the vector of pointers to the texts. */
  pointers: SegmentVector | null;
  /** Counters: one for each thread. Names: the texts, null where there is none. */
  readonly parts: (SegmentVector | null)[];
}

/** Number of an entry in the directory. */
export type EntryNumber = number;

/** What VPP's allocator calls the end of the list of free entries. */
const NO_FREE_ENTRY = 0xffff_ffff;

/**
 * Writes a stats segment as VPP does: the same layout, the same steps under the lock and outside of it, and the epoch
 * counted when VPP counts it. Numbers are changed without any lock, which readers must bear.
 */
export class StatsSegmentWriter {
  readonly #file: SegmentFile;
  readonly #heap: SegmentHeap;
  readonly #base: bigint;
  readonly #directory: SegmentVector;
  readonly #entries: (Entry | null)[] = [];
  readonly #numbers = new Map<string, EntryNumber>();
  #firstFree = NO_FREE_ENTRY;
  #epoch = 1n;
  #locks = 0;

  /** Takes over the memory, which must be all zero, and makes it an empty segment. `base` is where VPP would have mapped it. */
  constructor(fd: number, base: bigint) {
    this.#file = new SegmentFile(fd);
    this.#heap = new SegmentHeap(this.#file);
    this.#base = base;
    this.#file.setU64(HEADER.version, SEGMENT_VERSION);
    this.#file.setU64(HEADER.base, base);
    this.#file.setU64(HEADER.epoch, this.#epoch);
    this.#directory = this.#vector(ENTRY.size, 8, 0);
    this.#publishDirectory();
  }

  /** Ends all writing. Whoever else has the memory keeps it as it is. */
  close(): void {
    this.#file.close();
  }

  get epoch(): bigint {
    return this.#epoch;
  }

  /** Bytes of the segment, and of them in use. */
  get memory(): { readonly size: number; readonly used: number } {
    return { size: this.#file.size, used: this.#heap.used };
  }

  /** Tells readers to wait. Can be nested; the last `unlock` counts the epoch and lets them go on. */
  lock(): void {
    if (this.#locks++ === 0) this.#file.setU64(HEADER.inProgress, 1n);
  }

  unlock(): void {
    if (--this.#locks > 0) return;
    this.#epoch++;
    this.#file.setU64(HEADER.epoch, this.#epoch);
    this.#file.setU64(HEADER.inProgress, 0n);
  }

  /** The number of the entry of this name, or null. */
  find(name: string): EntryNumber | null {
    return this.#numbers.get(name) ?? null;
  }

  addScalar(name: string): EntryNumber {
    return this.#add('scalar', name, 0n);
  }

  addGauge(name: string): EntryNumber {
    return this.#add('gauge', name, 0n);
  }

  /** Without any element yet; `validate` makes them. */
  addSimple(name: string): EntryNumber {
    return this.#add('simple', name, 0n);
  }

  addCombined(name: string): EntryNumber {
    return this.#add('combined', name, 0n);
  }

  addNames(name: string): EntryNumber {
    const number = this.#add('names', name, 0n);
    const entry = this.#entry(number, 'names');
    entry.pointers = this.#vector(U64_SIZE, 8, 0);
    this.#setValue(number, this.#pointer(entry.pointers));
    return number;
  }

  /** VPP does this without the lock and without an epoch. */
  addSymlink(name: string, target: EntryNumber, column: number): EntryNumber {
    const number = this.#insert('symlink', name, BigInt(target) | (BigInt(column) << 32n));
    this.#publishDirectory();
    return number;
  }

  remove(number: EntryNumber): void {
    const entry = this.#entry(number);
    this.lock();
    // VPP clears the pointer to counters, but forgets that to names.
    if (entry.kind === 'simple' || entry.kind === 'combined') this.#setValue(number, 0n);
    for (const part of entry.parts) part?.free();
    entry.pointers?.free();
    this.unlock();
    // Only now, when readers may look again.
    this.#numbers.delete(entry.name);
    this.#entries[number] = null;
    this.#writeEntry(number, ENTRY_TYPE.empty, '', BigInt(this.#firstFree));
    this.#firstFree = number;
  }

  setScalar(number: EntryNumber, value: bigint): void {
    this.#entry(number, 'scalar', 'gauge');
    this.#setValue(number, value);
  }

  scalar(number: EntryNumber): bigint {
    this.#entry(number, 'scalar', 'gauge');
    return this.#file.u64(this.#directory.at(number) + ENTRY.value);
  }

  /** Makes sure that counters have this thread and index. Under the lock only if something has to move. */
  validate(number: EntryNumber, lastThread: number, lastIndex: number): void {
    const entry = this.#entry(number, 'simple', 'combined');
    const expands = this.#willExpand(entry, lastThread, lastIndex);
    if (expands) this.lock();
    const elementSize = entry.kind === 'simple' ? U64_SIZE : COMBINED_SIZE;
    entry.pointers ??= this.#vector(U64_SIZE, 64, 0);
    entry.pointers.validate(lastThread);
    for (let thread = 0; thread <= lastThread; thread++) {
      const row = entry.parts[thread] ?? this.#vector(elementSize, 64, lastIndex + 1);
      row.validate(lastIndex);
      entry.parts[thread] = row;
      this.#file.setU64(entry.pointers.at(thread), this.#pointer(row));
    }
    this.#setValue(number, this.#pointer(entry.pointers));
    if (expands) this.unlock();
  }

  setSimple(number: EntryNumber, thread: number, index: number, value: bigint): void {
    this.#file.setU64(this.#element(number, 'simple', thread, index), value);
  }

  addToSimple(number: EntryNumber, thread: number, index: number, packets: bigint): void {
    const at = this.#element(number, 'simple', thread, index);
    this.#file.setU64(at, this.#file.u64(at) + packets);
  }

  setCombined(number: EntryNumber, thread: number, index: number, packets: bigint, bytes: bigint): void {
    const at = this.#element(number, 'combined', thread, index);
    this.#file.setU64(at, packets);
    this.#file.setU64(at + U64_SIZE, bytes);
  }

  addToCombined(number: EntryNumber, thread: number, index: number, packets: bigint, bytes: bigint): void {
    const at = this.#element(number, 'combined', thread, index);
    this.#file.setU64(at, this.#file.u64(at) + packets);
    this.#file.setU64(at + U64_SIZE, this.#file.u64(at + U64_SIZE) + bytes);
  }

  /** null takes a name away. */
  setName(number: EntryNumber, index: number, name: string | null): void {
    const entry = this.#entry(number, 'names');
    const pointers = entry.pointers;
    if (pointers === null) return;
    if (name === null && (entry.parts[index] ?? null) === null) return;
    this.lock();
    if (name !== null) pointers.validate(index);
    entry.parts[index]?.free();
    const text = name === null ? null : this.#text(name);
    entry.parts[index] = text;
    this.#file.setU64(pointers.at(index), text === null ? 0n : this.#pointer(text));
    this.#setValue(number, this.#pointer(pointers));
    this.unlock();
  }

  #add(kind: Exclude<Kind, 'symlink'>, name: string, value: bigint): EntryNumber {
    this.lock();
    const number = this.#insert(kind, name, value);
    this.#publishDirectory();
    this.unlock();
    return number;
  }

  #insert(kind: Kind, name: string, value: bigint): EntryNumber {
    if (this.#numbers.has(name)) throw new RangeError(`there is an entry "${name}" already`);
    if (Buffer.byteLength(name, 'latin1') >= ENTRY.nameSize) throw new RangeError(`"${name}" is too long`);
    let number = this.#firstFree;
    if (number === NO_FREE_ENTRY) {
      number = this.#directory.length;
      this.#directory.validate(number);
    } else {
      this.#firstFree = Number(this.#file.u64(this.#directory.at(number) + ENTRY.value));
    }
    this.#entries[number] = { kind, name, pointers: null, parts: [] };
    this.#numbers.set(name, number);
    this.#writeEntry(number, ENTRY_TYPE[kind], name, value);
    return number;
  }

  #writeEntry(number: EntryNumber, type: number, name: string, value: bigint): void {
    const bytes = Buffer.alloc(ENTRY.size);
    bytes.writeUInt32LE(type, ENTRY.type);
    bytes.writeBigUInt64LE(value, ENTRY.value);
    // A symlink is copied from VPP's stack with whatever lies behind its name.
    if (type === ENTRY_TYPE.symlink) bytes.fill(0x5a, ENTRY.name);
    bytes.write(`${name}\0`, ENTRY.name, 'latin1');
    this.#file.setBytes(this.#directory.at(number), bytes);
  }

  #publishDirectory(): void {
    this.#file.setU64(HEADER.directory, this.#pointer(this.#directory));
  }

  #setValue(number: EntryNumber, value: bigint): void {
    this.#file.setU64(this.#directory.at(number) + ENTRY.value, value);
  }

  #willExpand(entry: Entry, lastThread: number, lastIndex: number): boolean {
    if (entry.pointers === null || lastThread >= entry.pointers.length) return true;
    return entry.parts.some((row, thread) => thread <= lastThread && lastIndex >= (row?.capacity ?? 0));
  }

  #element(number: EntryNumber, kind: Kind, thread: number, index: number): number {
    const row = this.#entry(number, kind).parts[thread];
    if (row === null || row === undefined) throw new RangeError(`there is no thread ${thread}`);
    return row.at(index);
  }

  #entry(number: EntryNumber, ...kinds: readonly Kind[]): Entry {
    const entry = this.#entries[number];
    if (entry === null || entry === undefined) throw new RangeError(`there is no entry ${number}`);
    if (kinds.length > 0 && !kinds.includes(entry.kind)) {
      throw new RangeError(`"${entry.name}" is of kind ${entry.kind}`);
    }
    return entry;
  }

  #text(text: string): SegmentVector {
    const bytes = Buffer.from(`${text}\0`, 'latin1');
    const vector = this.#vector(1, 8, bytes.length);
    this.#file.setBytes(vector.offset, bytes);
    return vector;
  }

  #vector(elementSize: number, alignment: 8 | 64, length: number): SegmentVector {
    return new SegmentVector(this.#file, this.#heap, { elementSize, alignment }, length);
  }

  #pointer(vector: SegmentVector): bigint {
    return this.#base + BigInt(vector.offset);
  }
}
