import { MaglevError } from '../../domain/errors.js';

const FIRST_CAPACITY = 1024;
/** A batch of a cold sync, or a hundred changes one by one; more than that is taken when it is needed. */
const MOST_AHEAD = 16 * 1024;
const empty = new DataView(new ArrayBuffer(0));

/**
 * Writes messages of VPP's binary API one behind the other into one buffer that grows. The encoding is the one
 * that Reader reads. A value that does not fit its field throws MGL_VPP_ENCODE: it would reach VPP as another value.
 */
export class Writer {
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = empty;
  /** What is before this in the buffer was handed over. */
  #start = 0;
  #end = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#end - this.#start;
  }

  u8(value: number): void {
    const at = this.#reserve(1);
    this.#view.setUint8(at, integer(value, 0, 0xff, 'u8'));
  }

  i8(value: number): void {
    const at = this.#reserve(1);
    this.#view.setInt8(at, integer(value, -0x80, 0x7f, 'i8'));
  }

  u16(value: number): void {
    const at = this.#reserve(2);
    this.#view.setUint16(at, integer(value, 0, 0xffff, 'u16'));
  }

  i16(value: number): void {
    const at = this.#reserve(2);
    this.#view.setInt16(at, integer(value, -0x8000, 0x7fff, 'i16'));
  }

  u32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, integer(value, 0, 0xffffffff, 'u32'));
  }

  i32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setInt32(at, integer(value, -0x80000000, 0x7fffffff, 'i32'));
  }

  u64(value: bigint): void {
    if (BigInt.asUintN(64, value) !== value) throw misfit(`${value} in u64`);
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, value);
  }

  i64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw misfit(`${value} in i64`);
    const at = this.#reserve(8);
    this.#view.setBigInt64(at, value);
  }

  f64(value: number): void {
    const at = this.#reserve(8);
    this.#view.setFloat64(at, value, true);
  }

  bool(value: boolean): void {
    this.u8(value ? 1 : 0);
  }

  /** Exactly `length` bytes. */
  bytes(value: Uint8Array, length: number): void {
    if (value.length !== length) throw misfit(`${value.length} bytes in a field of ${length}`);
    const at = this.#reserve(length);
    this.#bytes.set(value, at);
  }

  /** A string in a field of `size` bytes. One of them is for the NUL that VPP relies on. */
  fixedString(value: string, size: number): void {
    const length = Buffer.byteLength(value);
    if (length >= size) throw misfit(`a string of ${length} bytes in a field of ${size - 1}`);
    // VPP would silently take what is before the NUL for the whole string.
    if (value.includes('\0')) throw misfit('a string with a NUL in it');
    const at = this.#reserve(size);
    this.#bytes.fill(0, at + length, at + size);
    this.#text(value, at, length);
  }

  /** A string with its length in 32 bits before it and no NUL behind it. */
  variableString(value: string): void {
    const length = Buffer.byteLength(value);
    this.u32(length);
    const at = this.#reserve(length);
    this.#text(value, at, length);
  }

  /** Exactly `length` items. */
  array<T>(items: readonly T[], length: number, write: (writer: Writer, item: T) => void): void {
    if (items.length !== length) throw misfit(`${items.length} items in a field of ${length}`);
    for (const item of items) write(this, item);
  }

  zeros(length: number): void {
    const at = this.#reserve(length);
    this.#bytes.fill(0, at, at + length);
  }

  /** Replaces four bytes that were written before. */
  patchU32(at: number, value: number): void {
    if (at + 4 > this.length) throw new RangeError(`nothing is written at ${at}`);
    this.#view.setUint32(this.#start + at, integer(value, 0, 0xffffffff, 'u32'));
  }

  /** Forgets what was written behind the first `length` bytes. */
  truncate(length: number): void {
    if (length > this.length) throw new RangeError(`only ${this.length} bytes are written`);
    this.#end = this.#start + length;
  }

  /** What was written from `start` on, as a view that the next write may invalidate. */
  since(start: number): Uint8Array {
    return this.#bytes.subarray(this.#start + start, this.#end);
  }

  /** Hands over what was written, and never writes there again. What comes next is written behind it. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return taken;
  }

  /** Where the next bytes go, so many of them. */
  #reserve(length: number): number {
    if (this.#end + length > this.#bytes.length) this.#grow(this.length + length);
    const at = this.#end;
    this.#end = at + length;
    return at;
  }

  /** A new buffer costs as much as many messages: a busy writer gets a larger one each time, up to MOST_AHEAD. */
  #grow(needed: number): void {
    const held = this.#bytes.subarray(this.#start, this.#end);
    const ahead = Math.min(Math.max(FIRST_CAPACITY, this.#bytes.length * 2), MOST_AHEAD);
    // Not zeroed: every byte that is reserved is written by the same call.
    const { buffer, byteOffset, byteLength } = Buffer.allocUnsafe(Math.max(ahead, held.length * 2, needed));
    // Not a Buffer, which does the same by functions in JavaScript.
    this.#bytes = new Uint8Array(buffer, byteOffset, byteLength);
    this.#bytes.set(held);
    this.#view = new DataView(buffer, byteOffset, byteLength);
    this.#start = 0;
    this.#end = held.length;
  }

  #text(value: string, at: number, length: number): void {
    const { buffer, byteOffset } = this.#bytes;
    Buffer.from(buffer, byteOffset + at, length).write(value, 'utf8');
  }
}

function integer(value: number, min: number, max: number, type: string): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw misfit(`${value} in ${type}`);
}

function misfit(what: string): MaglevError {
  return new MaglevError('MGL_VPP_ENCODE', `cannot encode ${what}`);
}
