import { type Ip46, ip46 } from '../lb/ip46.js';
import { type Reading, readIp6, readNumber } from './read-value.js';

/** VPP quotes at most so much of what it could not read. */
const QUOTED_MAX = 30;

/**
 * The text of a command, read front to back the way VPP does: white space before anything is skipped, inside of addresses
 * as well (`192.0.2.1 / 32`); words need no space behind them (`new_len64` is read, `delete` is `del` and a rest `ete`);
 * and what does not match is left as it was.
 */
export class CommandInput {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Is nothing left but white space? */
  get atEnd(): boolean {
    this.skipSpace();
    return this.#at >= this.#text.length;
  }

  skipSpace(): void {
    this.#match(/[ \t\n\r]*/y);
  }

  /** The next word of a command's name, or null. */
  word(): string | null {
    this.skipSpace();
    return this.#match(/[A-Za-z0-9_-]+/y)?.[0] ?? null;
  }

  /** A place to come back to with `rewind`. */
  get mark(): number {
    return this.#at;
  }

  rewind(mark: number): void {
    this.#at = mark;
  }

  /** Words that the user must have written just so. */
  literal(words: string): boolean {
    return this.#attempt(() => this.#words(words)) !== null;
  }

  /** Words and a number behind them, as 32 bits. */
  number(words: string, sign: 'signed' | 'unsigned' = 'signed'): number | null {
    return this.#attempt(() => (this.#words(words) === null ? null : this.#number(sign)));
  }

  /** Words and an IPv4 address behind them. */
  ip4(words = ''): Ip46 | null {
    return this.#attempt(() => {
      if (this.#words(words) === null) return null;
      const bytes = new Uint8Array(16);
      for (let i = 0; i < 4; i++) {
        if (i > 0 && this.#words('.') === null) return null;
        const part = this.#number('signed');
        if (part === null || part > 255) return null;
        bytes[12 + i] = part;
      }
      return ip46(bytes);
    });
  }

  /** Words and an IPv6 address behind them. */
  ip6(words = ''): Ip46 | null {
    return this.#attempt(() => {
      if (this.#words(words) === null) return null;
      this.skipSpace();
      const bytes = this.#take(readIp6(this.#text, this.#at));
      return bytes === null ? null : ip46(bytes);
    });
  }

  /** An address of either family. */
  address(): Ip46 | null {
    return this.ip4() ?? this.ip6();
  }

  /** `address/length`; the length counts from 96 for IPv4. Host bits may be set. */
  prefix(): { readonly prefix: Ip46; readonly prefixLength: number } | null {
    return this.#attempt(() => {
      const ip4 = this.#attempt(() => this.#withLength(this.ip4()));
      const found = ip4 ?? this.#withLength(this.ip6());
      if (found === null || found.length > (ip4 === null ? 128 : 32)) return null;
      return { prefix: found.address, prefixLength: found.length + (ip4 === null ? 0 : 96) };
    });
  }

  /** Takes the rest of the line as an input of its own; null when there is none. */
  line(): CommandInput | null {
    const line = this.#match(/[^\n]*/y)?.[0] ?? '';
    this.#match(/\n/y);
    return line === '' ? null : new CommandInput(line);
  }

  /** All that is left. */
  rest(): string {
    return this.#text.slice(this.#at);
  }

  /** What is left, the way VPP quotes it in an error. */
  quoteRest(): string {
    this.skipSpace();
    const rest = this.rest();
    const shown = rest.length > QUOTED_MAX ? `${rest.slice(0, QUOTED_MAX)}...` : rest.trimEnd();
    return shown.replaceAll('\r', '\\r').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  }

  #withLength(address: Ip46 | null): { readonly address: Ip46; readonly length: number } | null {
    if (address === null || this.#words('/') === null) return null;
    const length = this.#number('unsigned');
    return length === null ? null : { address, length };
  }

  #number(sign: 'signed' | 'unsigned'): number | null {
    this.skipSpace();
    return this.#take(readNumber(this.#text, this.#at, sign));
  }

  #take<T>(reading: Reading<T> | null): T | null {
    if (reading === null) return null;
    this.#at = reading.end;
    return reading.value;
  }

  #words(words: string): true | null {
    for (const word of words.split(' ')) {
      this.skipSpace();
      if (!this.#text.startsWith(word, this.#at)) return null;
      this.#at += word.length;
    }
    return true;
  }

  #match(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.#at;
    const match = sticky.exec(this.#text);
    if (match !== null) this.#at += match[0].length;
    return match;
  }

  #attempt<T>(read: () => T | null): T | null {
    const mark = this.#at;
    const value = read();
    if (value === null) this.#at = mark;
    return value;
  }
}
