import { quoted } from './wording.js';

/** How the body behind a header is delimited (RFC 9112 section 6.3). */
export type BodyFraming =
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' };

export interface HttpHead {
  readonly status: number;
  /** Does the server take another request on this connection (RFC 9112 section 9.3)? */
  readonly persistent: boolean;
  /** By lower-case name. The values of a repeated field are joined by a comma (RFC 9110 section 5.3). */
  readonly fields: ReadonlyMap<string, string>;
}

/** The text of a header that cannot be understood. */
export class BadHttpHead extends Error {}

/** Every answer that we understand begins with it. */
export const httpPrefix = 'HTTP/1.';

/**
 * A status line and header fields, without the empty line behind them. Lines end with CRLF, or LF alone (RFC 9112
 * section 2.2). Throws BadHttpHead.
 */
export function parseHttpHead(text: string): HttpHead {
  const lines = text.split(/\r?\n/);
  const status = parseStatus(lines[0] ?? '');
  const fields = parseFields(lines.slice(1));
  return { status, persistent: isPersistent(text.startsWith('HTTP/1.0'), fields), fields };
}

function isPersistent(isOld: boolean, fields: ReadonlyMap<string, string>): boolean {
  const options = (fields.get('connection') ?? '').toLowerCase().split(',');
  const says = (option: string) => options.some((one) => withoutPadding(one) === option);
  return isOld ? says('keep-alive') : !says('close');
}

function parseStatus(line: string): number {
  const match = /^HTTP\/1\.[01] ([1-9]\d\d)(?: .*)?$/.exec(line);
  if (match === null) throw new BadHttpHead(`malformed status line ${quoted(line, 40)}`);
  return Number(match[1]);
}

/** What a server sends is taken apart without regular expressions that could search the same text again and again. */
function parseFields(lines: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  let last: string | null = null;
  for (const line of lines) {
    const folded = line.startsWith(' ') || line.startsWith('\t');
    const name: string | null = folded ? last : fieldName(line);
    // RFC 9112 section 2.2: a CR that ends no line makes the field invalid.
    if (name === null || line.includes('\r')) throw malformedLine(line);
    const value = withoutPadding(folded ? line : line.slice(name.length + 1));
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}${folded ? ' ' : ', '}${value}`);
    last = name;
  }
  return fields;
}

function malformedLine(line: string): BadHttpHead {
  return new BadHttpHead(`malformed header line ${quoted(line, 40)}`);
}

/** In lower case, and as long as it is in the line; null = the line does not begin with one. */
function fieldName(line: string): string | null {
  const name = line.slice(0, Math.max(0, line.indexOf(':')));
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) ? name.toLowerCase() : null;
}

/** Without the spaces and tabs around it (RFC 9110 section 5.6.3). */
function withoutPadding(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isPadding(text, start)) start++;
  while (end > start && isPadding(text, end - 1)) end--;
  return text.slice(start, end);
}

function isPadding(text: string, index: number): boolean {
  return text[index] === ' ' || text[index] === '\t';
}

/** What delimits the body of the answer to a GET. Throws BadHttpHead when the fields contradict themselves. */
export function bodyFraming({ status, fields }: HttpHead): BodyFraming {
  if (status < 200 || status === 204 || status === 304) return { kind: 'length', bytes: 0 };
  const coding = fields.get('transfer-encoding');
  if (coding !== undefined) {
    if (coding.toLowerCase() === 'chunked') return { kind: 'chunked' };
    throw new BadHttpHead(`transfer coding ${quoted(coding, 40)} was not asked for`);
  }
  const length = fields.get('content-length');
  if (length === undefined) return { kind: 'until-close' };
  // The same length may be there twice; two lengths may not. Zeros in front of it do not matter.
  const [bytes = -1, ...others] = new Set(
    length.split(',').map((value) => wholeNumber(withoutPadding(value))),
  );
  if (bytes < 0 || others.length > 0) {
    throw new BadHttpHead(`malformed content-length ${quoted(length, 40)}`);
  }
  return { kind: 'length', bytes };
}

/** What decimal digits say; -1 = no number, or one that is larger than anything. */
export function wholeNumber(digits: string): number {
  const value = /^\d+$/.test(digits) ? Number(digits) : -1;
  return Number.isSafeInteger(value) ? value : -1;
}
