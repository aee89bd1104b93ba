import { ENTRY, ENTRY_TYPE } from './layout.js';
import type { SegmentView, VectorPlace } from './segment-view.js';

/** An entry as it was read. Which of the fields mean something depends on the type. */
export interface DirectoryEntry {
  readonly name: string;
  readonly type: number;
  /** A value, or a pointer. */
  readonly value: bigint;
  readonly symlinkTarget: number;
  readonly symlinkColumn: number;
}

/** What the knowledge of the whole directory holds for. */
interface Edition {
  readonly epoch: bigint;
  readonly directory: bigint;
  readonly length: number;
}

/**
 * Finds entries by name, and remembers where they were. What it remembers is only ever a hint, which the entry itself
 * must confirm: VPP renames and removes entries without saying so in the epoch. That a name is absent is remembered
 * until the directory changes.
 */
export class Directory {
  #positions = new Map<string, number>();
  /** The edition of the directory of which #positions knows every name. */
  #complete: Edition | null = null;

  /** The entry of this name, or null. Throws BadLayout. */
  async find(view: SegmentView, name: string): Promise<DirectoryEntry | null> {
    const place = placeOf(view);
    const position = this.#positions.get(name);
    if (position !== undefined && position < place.length) {
      const entry = entryAt(view, place, position);
      if (entry.name === name && isInUse(entry.type)) return entry;
    } else if (position === undefined && this.#knowsAll(view, place)) {
      return null;
    }
    await this.scan(view);
    const found = this.#positions.get(name);
    return found === undefined ? null : entryAt(view, place, found);
  }

  /** The entry that a symlink leads to, or null if it leads nowhere. Throws BadLayout. */
  target(view: SegmentView, symlink: DirectoryEntry): DirectoryEntry | null {
    const place = placeOf(view);
    return symlink.symlinkTarget < place.length ? entryAt(view, place, symlink.symlinkTarget) : null;
  }

  /** Reads the whole directory. Returns the names that are in use, in its order. Throws BadLayout. */
  async scan(view: SegmentView): Promise<string[]> {
    const place = placeOf(view);
    const positions = new Map<string, number>();
    this.#complete = null;
    await view.slices(place.offset, place.length * ENTRY.size, ENTRY.size, (slice, at) => {
      for (let offset = 0; offset < slice.length; offset += ENTRY.size) {
        if (!isInUse(slice.readUInt32LE(offset + ENTRY.type))) continue;
        const name = nameIn(slice, offset);
        // A name is given once; the first counts while VPP is at work.
        if (!positions.has(name)) positions.set(name, (at + offset) / ENTRY.size);
      }
    });
    this.#positions = positions;
    this.#complete = editionOf(view, place);
    return [...positions.keys()];
  }

  /** The look in which this was learned turned out to be none: absence must be found out again. */
  doubt(): void {
    this.#complete = null;
  }

  #knowsAll(view: SegmentView, place: VectorPlace): boolean {
    const now = editionOf(view, place);
    const known = this.#complete;
    return (
      known !== null &&
      known.epoch === now.epoch &&
      known.directory === now.directory &&
      known.length === now.length
    );
  }
}

function placeOf(view: SegmentView): VectorPlace {
  return view.vector(view.header.directory, ENTRY.size);
}

function editionOf(view: SegmentView, place: VectorPlace): Edition {
  return { epoch: view.header.epoch, directory: view.header.directory, length: place.length };
}

function entryAt(view: SegmentView, place: VectorPlace, position: number): DirectoryEntry {
  const bytes = view.bytes(place.offset + position * ENTRY.size, ENTRY.size);
  return {
    name: nameIn(bytes, 0),
    type: bytes.readUInt32LE(ENTRY.type),
    value: bytes.readBigUInt64LE(ENTRY.value),
    symlinkTarget: bytes.readUInt32LE(ENTRY.symlinkTarget),
    symlinkColumn: bytes.readUInt32LE(ENTRY.symlinkColumn),
  };
}

function nameIn(bytes: Buffer, entry: number): string {
  const begin = entry + ENTRY.name;
  const name = bytes.subarray(begin, begin + ENTRY.nameSize);
  const end = name.indexOf(0);
  return name.toString('latin1', 0, end === -1 ? ENTRY.nameSize : end);
}

function isInUse(type: number): boolean {
  return type !== ENTRY_TYPE.illegal && type !== ENTRY_TYPE.empty;
}
