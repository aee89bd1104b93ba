import { MaglevError } from '../../domain/errors.js';

/**
 * Reads the fields of one message of VPP's binary API, front to back. All numbers are big-endian but f64, which
 * VPP leaves in the order of its host (little-endian on every machine it runs on). Nothing is aligned or padded.
 * Reading past the end throws MGL_VPP_PROTOCOL; bytes that are left at the end are nobody's business.
 */
export class Reader {
  #view: DataView = empty;
  /** Of the message in the view. */
  #start = 0;
  #end = 0;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.open(bytes, 0, bytes.length);
  }

  /** Reads on in the message that lies there: one reader does for all messages of a connection. */
  open(bytes: Uint8Array, start: number, end: number): void {
    this.#view = viewOf(bytes.buffer);
    this.#start = bytes.byteOffset + start;
    this.#end = bytes.byteOffset + end;
    this.#offset = this.#start;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.#end - this.#offset;
  }

  /** Are `length` bytes, behind the next `skip`, the same as those at `at` in the other view? Reads nothing. */
  isAhead(skip: number, other: DataView, at: number, length: number): boolean {
    const from = this.#offset + skip;
    let i = 0;
    for (; i + 4 <= length; i += 4)
      if (this.#view.getUint32(from + i) !== other.getUint32(at + i)) return false;
    for (; i < length; i++) if (this.#view.getUint8(from + i) !== other.getUint8(at + i)) return false;
    return true;
  }

  /** Copies these bytes. Reads nothing. */
  copyAhead(skip: number, target: Uint8Array, at: number, length: number): void {
    target.set(new Uint8Array(this.#view.buffer, this.#offset + skip, length), at);
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  i8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  i16(): number {
    return this.#view.getInt16(this.#take(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8));
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** VPP takes every byte but 0 for true, and so do we. */
  bool(): boolean {
    return this.u8() !== 0;
  }

  /** `length` bytes as a view: they are not copied, so they change if the message is overwritten. */
  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return new Uint8Array(this.#view.buffer, start, length);
  }

  /** A string in a field of `size` bytes: up to the first NUL, or all of it. What is behind the NUL is garbage. */
  fixedString(size: number): string {
    const start = this.#take(size);
    let end = start;
    while (end < start + size && this.#view.getUint8(end) !== 0) end++;
    return this.#text(start, end);
  }

  /** A string with its length in 32 bits before it. */
  variableString(): string {
    const length = this.u32();
    const start = this.#take(length);
    return this.#text(start, start + length);
  }

  /** `count` items, each of at least `itemSize` bytes: a count that cannot fit is refused before any is read. */
  array<T>(count: number, itemSize: number, read: (reader: Reader) => T): T[] {
    if (count * itemSize > this.#end - this.#offset) throw this.#truncated(count * itemSize);
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(read(this));
    return items;
  }

  skip(length: number): void {
    this.#take(length);
  }

  #take(length: number): number {
    const start = this.#offset;
    const end = start + length;
    if (end > this.#end) throw this.#truncated(length);
    this.#offset = end;
    return start;
  }

  #text(start: number, end: number): string {
    return Buffer.from(this.#view.buffer, start, end - start).toString('utf8');
  }

  #truncated(wanted: number): MaglevError {
    return new MaglevError(
      'MGL_VPP_PROTOCOL',
      `truncated message: ${wanted} bytes wanted at offset ${this.#offset - this.#start} of ${this.#end - this.#start}`,
    );
  }
}

const empty: DataView = new DataView(new ArrayBuffer(0));
let lastView = empty;

/** The messages of one read of the socket lie in one buffer, and views are expensive to make. */
function viewOf(buffer: ArrayBufferLike): DataView {
  if (lastView.buffer !== buffer) lastView = new DataView(buffer);
  return lastView;
}
