import { HEAD_LIMIT } from './http-response.js';

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const COLON = 0x3a;
const ZERO = 0x30;

/** "HTTP/1." */
const prefix = [0x48, 0x54, 0x54, 0x50, 0x2f, 0x31, 0x2e];

/** Characters of field names (RFC 9110 section 5.6.2). */
const token = new Uint8Array(256);
for (const character of "!#$%&'*+.^_`|~0123456789-") token[character.charCodeAt(0)] = 1;
for (let i = 0; i < 26; i++) {
  token[0x41 + i] = 1;
  token[0x61 + i] = 1;
}

/**
 * The status of an answer whose header is in these `length` bytes from `from` on as a whole and has nothing special: the
 * common case, read without making anything. 0 = read it with HttpResponse, which would say the same of what is read here.
 */
export function plainStatus(bytes: Uint8Array, length: number, from = 0): number {
  if (length > HEAD_LIMIT || length < 13) return 0;
  for (let i = 0; i < prefix.length; i++) if (bytes[from + i] !== prefix[i]) return 0;
  const minor = bytes[from + 7];
  if ((minor !== ZERO && minor !== ZERO + 1) || bytes[from + 8] !== SPACE) return 0;
  const hundreds = digit(bytes[from + 9]);
  const tens = digit(bytes[from + 10]);
  const ones = digit(bytes[from + 11]);
  // 1xx are not the answer proper.
  if (hundreds < 2 || tens < 0 || ones < 0) return 0;
  const behind = bytes[from + 12];
  if (behind !== SPACE && behind !== CR && behind !== LF) return 0;
  const end = from + length;
  let at = endOfLine(bytes, from + 12, end);
  while (at > 0) {
    // An empty line ends the header.
    if (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] === LF && at + 1 < end)) {
      return hundreds * 100 + tens * 10 + ones;
    }
    const start = at;
    while (at < end && token[bytes[at] ?? 0] === 1) at++;
    if (at === start || at >= end || bytes[at] !== COLON) return 0;
    at = endOfLine(bytes, at, end);
  }
  return 0;
}

/** Where the next line begins; 0 = this one is not complete before `end`, or has a CR that ends no line. */
function endOfLine(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const byte = bytes[at];
    if (byte === LF) return at + 1 < end ? at + 1 : 0;
    if (byte === CR) return at + 2 < end && bytes[at + 1] === LF ? at + 2 : 0;
  }
  return 0;
}

/** -1 = it is none. */
function digit(byte: number | undefined): number {
  const value = (byte ?? 0) - ZERO;
  return value >= 0 && value <= 9 ? value : -1;
}
