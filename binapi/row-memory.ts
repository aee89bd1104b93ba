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

  /** For rows that are all of one size. */
  constructor(details: AnyMessage) {
    this.#size = details.minSize - HEADER;
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
