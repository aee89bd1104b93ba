import { parseIp } from '../../domain/ip.js';
import { type Ip46, ip46FromIp } from '../lb/ip46.js';

/** VPP quotes at most so much of what it could not read. */
const QUOTED_MAX = 30;

/**
 * The text of a command, read front to back the way VPP does: white space before anything is skipped, words need no space
 * behind them (`new_len64` is read, `delete` is `del` and a rest `ete`), and what does not match is left as it was.
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
    this.#match(/\s*/y);
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

  /** Words and a number behind them; signed ones wrap to 32 bits. */
  number(words: string, sign: 'signed' | 'unsigned' = 'signed'): number | null {
    const digits = sign === 'signed' ? /\s*([+-]?\d+)/y : /\s*(\d+)/y;
    return this.#attempt(() => {
      if (this.#words(words) === null) return null;
      const number = this.#match(digits)?.[1];
      return number === undefined ? null : Number(BigInt.asUintN(32, BigInt(number.replace('+', ''))));
    });
  }

  /** Words and an IPv4 address behind them; leading zeros are read as decimal. */
  ip4(words = ''): Ip46 | null {
    return this.#attempt(() => {
      if (this.#words(words) === null) return null;
      this.skipSpace();
      const parts = this.#match(/(\d+)\.(\d+)\.(\d+)\.(\d+)/y)
        ?.slice(1)
        .map(Number);
      const ip = parts?.every((part) => part < 256) ? parseIp(parts.join('.')) : null;
      return ip === null ? null : ip46FromIp(ip);
    });
  }

  /** Words and an IPv6 address behind them; no IPv4 notation inside. */
  ip6(words = ''): Ip46 | null {
    return this.#attempt(() => {
      if (this.#words(words) === null) return null;
      this.skipSpace();
      const ip = parseIp(this.#match(/[0-9a-fA-F:]+/y)?.[0] ?? '');
      return ip === null ? null : ip46FromIp(ip);
    });
  }

  /** An address of either family. */
  address(): Ip46 | null {
    return this.ip4() ?? this.ip6();
  }

  /** `address/length`; the length counts from 96 for IPv4. Host bits may be set. */
  prefix(): { readonly prefix: Ip46; readonly prefixLength: number } | null {
    return this.#attempt(() => {
      const ip4 = this.ip4();
      const prefix = ip4 ?? this.ip6();
      const length = this.#match(/\/(\d+)/y)?.[1];
      if (prefix === null || length === undefined || Number(length) > (ip4 ? 32 : 128)) return null;
      return { prefix, prefixLength: Number(length) + (ip4 ? 96 : 0) };
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
