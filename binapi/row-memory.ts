import type { AnyMessage } from './codec/message.js';
import type { Reader } from './codec/reader.js';

/** The id and the context come first, and the context is another one in every dump. */
const HEADER = 6;

const FIRST_ROWS = 256;

/**
 * What the rows of a dump were made of last time: a row that comes again, in its place and byte for byte, need not be
 * decoded again, and gives the very same value. Most syncs find all of ten thousand rows as they were.
 */
export class RowMemory<Row> {
  readonly #size: number;
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  readonly #rows: (Row | undefined)[] = [];
  /** Those of the last dump that has ended. */
  #last: readonly Row[] = [];

  /** For rows that are all of one size. */
  constructor(details: AnyMessage) {
    this.#size = details.minSize - HEADER;
  }

  get last(): readonly Row[] {
    return this.#last;
  }

  ended(rows: readonly Row[]): void {
    this.#last = rows;
  }

  /** The value of row number `i` if it lies before the reader again; otherwise the one that `make` reads, which is kept. */
  row(i: number, reader: Reader, make: (reader: Reader) => Row): Row {
    if (reader.left !== this.#size + HEADER) return make(reader);
    const at = i * this.#size;
    const known = i < this.#rows.length ? this.#rows[i] : undefined;
    if (known !== undefined && reader.isAhead(HEADER, this.#view, at, this.#size)) return known;
    if (i > this.#rows.length) return make(reader);
    if (at + this.#size > this.#bytes.length) this.#grow();
    // Until it is made there is none: `make` may throw.
    this.#rows[i] = undefined;
    reader.copyAhead(HEADER, this.#bytes, at, this.#size);
    const made = make(reader);
    this.#rows[i] = made;
    return made;
  }

  #grow(): void {
    const rows = this.#bytes.length / this.#size;
    const grown = new Uint8Array(Math.ceil(rows * 1.25 + FIRST_ROWS) * this.#size);
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** The rows of one dump, as they come. All the same as those of the last one, they are the same list. */
export class DumpRows<Row> {
  readonly #make: (reader: Reader) => Row;
  readonly #memory: RowMemory<Row> | null;
  readonly #before: readonly Row[];
  /** So many of the last dump have come again; the list of this one exists when another one has come. */
  #same = 0;
  #own: Row[] | null = null;

  /** `memory` null: nothing is remembered. */
  constructor(make: (reader: Reader) => Row, memory: RowMemory<Row> | null) {
    this.#make = make;
    this.#memory = memory;
    this.#before = memory?.last ?? [];
  }

  read(reader: Reader): void {
    const i = this.#own?.length ?? this.#same;
    this.add(this.#memory === null ? this.#make(reader) : this.#memory.row(i, reader, this.#make));
  }

  add(row: Row): void {
    if (this.#own === null) {
      if (this.#same < this.#before.length && this.#before[this.#same] === row) {
        this.#same++;
        return;
      }
      this.#own = this.#before.slice(0, this.#same);
    }
    this.#own.push(row);
  }

  /** All that came. */
  end(): readonly Row[] {
    const rows =
      this.#own ?? (this.#same === this.#before.length ? this.#before : this.#before.slice(0, this.#same));
    this.#memory?.ended(rows);
    return rows;
  }
}
