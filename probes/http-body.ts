import type { BodyFraming } from './http-head.js';
import { quoted } from './wording.js';

/** Bytes of a body that are read, at most. What is behind them is neither read nor matched. */
export const BODY_LIMIT = 64 * 1024;

/** A chunk size with its extensions, or a trailer line, is no longer than this. */
const LINE_LIMIT = 1024;

/** U+FEFF in UTF-8, which some editors and servers put before a text. */
const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf);

export class BadHttpBody extends Error {}

/** Collects the beginning of a body, whatever delimits it. Throws BadHttpBody on malformed chunks. */
export class HttpBody {
  readonly #framing: BodyFraming;
  readonly #parts: Buffer[] = [];
  #isForgotten = false;
  #size = 0;
  #complete = false;
  /** Something came behind its end. */
  #overrun = false;
  /** Chunked only: the line under way; bytes left of the chunk under way; what comes next. */
  #line = '';
  #left = 0;
  #next: 'size' | 'data' | 'data-end' | 'trailer' = 'size';

  constructor(framing: BodyFraming) {
    this.#framing = framing;
    this.#complete = framing.kind === 'length' && framing.bytes === 0;
  }

  /** Is everything here that will be looked at? */
  get complete(): boolean {
    return this.#complete || this.#size >= BODY_LIMIT;
  }

  /** Has all of it come, however long it is, and nothing behind it? */
  get isWhole(): boolean {
    return this.#complete && !this.#overrun;
  }

  /** Will that never be? More than BODY_LIMIT bytes are not waited for. */
  get isEndless(): boolean {
    const { kind } = this.#framing;
    return kind === 'until-close' || this.#overrun || (!this.#complete && this.#size >= BODY_LIMIT);
  }

  get size(): number {
    return this.#size;
  }

  /** `bytes` may be reused after the call. */
  feed(bytes: Buffer): void {
    if (this.complete) {
      this.#overrun ||= bytes.length > 0;
      return;
    }
    if (this.#framing.kind === 'chunked') this.#feedChunked(bytes);
    else if (this.#framing.kind === 'until-close') this.#keep(bytes);
    else {
      this.#overrun = bytes.length > this.#framing.bytes - this.#size;
      this.#keep(bytes.subarray(0, this.#framing.bytes - this.#size));
      this.#complete = this.#size >= this.#framing.bytes;
    }
  }

  /** Nobody will look at it: what has come is let go, and what comes is only counted. */
  forget(): void {
    this.#isForgotten = true;
    this.#parts.length = 0;
  }

  /** The peer sends no more. False: something is missing. */
  end(): boolean {
    if (this.#framing.kind === 'until-close') this.#complete = true;
    return this.complete;
  }

  /** Bytes that are not UTF-8 become U+FFFD; a byte order mark at the beginning is not part of the text. */
  text(): string {
    return this.#bytes().toString('utf8');
  }

  /** What the body begins with, of its first `limit` bytes, in the form of `quoted`; the mark is left out, too. */
  beginning(limit: number): string {
    return quoted(this.#bytes().toString('latin1', 0, limit + 1), limit);
  }

  #bytes(): Buffer {
    const all = Buffer.concat(this.#parts);
    return all.subarray(0, byteOrderMark.length).equals(byteOrderMark)
      ? all.subarray(byteOrderMark.length)
      : all;
  }

  #keep(bytes: Buffer): void {
    const kept = bytes.subarray(0, BODY_LIMIT - this.#size);
    if (!this.#isForgotten) this.#parts.push(Buffer.from(kept));
    this.#size += kept.length;
  }

  /** RFC 9112 section 7.1. */
  #feedChunked(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && !this.complete) {
      if (this.#next === 'data') {
        const data = bytes.subarray(at, at + this.#left);
        this.#keep(data);
        at += data.length;
        this.#left -= data.length;
        if (this.#left === 0) this.#next = 'data-end';
        continue;
      }
      const end = bytes.indexOf(0x0a, at);
      this.#line += bytes.toString('latin1', at, end < 0 ? bytes.length : end);
      if (this.#line.length > LINE_LIMIT) throw new BadHttpBody('a line between the chunks is too long');
      if (end < 0) return;
      at = end + 1;
      const line = this.#line.replace(/\r$/, '');
      this.#line = '';
      this.#chunkLine(line);
    }
    this.#overrun = this.#complete && at < bytes.length;
  }

  #chunkLine(line: string): void {
    if (this.#next === 'data-end') {
      if (line !== '') throw new BadHttpBody('a chunk is longer than it says');
      this.#next = 'size';
    } else if (this.#next === 'trailer') {
      this.#complete = line === '';
    } else {
      const digits = /^([0-9a-f]+)[ \t]*(?:;.*)?$/i.exec(line)?.[1];
      if (digits === undefined) throw new BadHttpBody('malformed chunk size');
      // However many digits: some servers send as many zeros as they have room for.
      const size = Number.parseInt(digits, 16);
      if (!Number.isSafeInteger(size)) throw new BadHttpBody('a chunk size is larger than anything');
      this.#left = size;
      this.#next = this.#left === 0 ? 'trailer' : 'data';
    }
  }
}
