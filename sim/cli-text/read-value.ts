/** What was read of a text, and where it ends. */
export interface Reading<T> {
  readonly value: T;
  readonly end: number;
}

const NUMBER = /([+-]?)(\d+)/y;

/**
 * A decimal number at a place in a text, as 32 bits, the way VPP reads it: with a sign in front, `-` only if it is to be
 * signed. null: there is none, or it does not fit.
 */
export function readNumber(text: string, at: number, sign: 'signed' | 'unsigned'): Reading<number> | null {
  NUMBER.lastIndex = at;
  const [all, prefix, digits] = NUMBER.exec(text) ?? [];
  if (all === undefined || digits === undefined) return null;
  const negative = prefix === '-';
  if (negative && sign === 'unsigned') return null;
  const size = BigInt(digits);
  const max = sign === 'unsigned' ? 0xffff_ffffn : negative ? 0x8000_0000n : 0x7fff_ffffn;
  if (size > max) return null;
  return { value: Number(BigInt.asUintN(32, negative ? -size : size)), end: at + all.length };
}

const QUADS = 8;
const DIGITS_IN_QUAD = 4;

/**
 * An IPv6 address at a place in a text, as VPP reads it: without IPv4 notation, and with things that others refuse, such
 * as a colon before or behind everything, or `::` that stands for nothing. null: VPP reads none there.
 */
export function readIp6(text: string, at: number): Reading<Uint8Array> | null {
  const quads: number[] = [];
  let gapAt: number | null = null;
  let digits = '';
  let colons = 0;
  let end = at;
  for (; end < text.length; end++) {
    const char = text[end] as string;
    const isDigit = /[0-9a-fA-F]/.test(char);
    if (!isDigit && (char !== ':' || colons === 2)) break;
    if (quads.length === QUADS) return null;
    if (isDigit) {
      if (digits.length === DIGITS_IN_QUAD) return null;
      digits += char;
      colons = 0;
      continue;
    }
    colons++;
    if (colons === 2) {
      if (gapAt !== null) return null;
      gapAt = quads.length;
    }
    if (digits !== '') quads.push(Number.parseInt(digits, 16));
    digits = '';
  }
  if (digits !== '') quads.push(Number.parseInt(digits, 16));
  if (gapAt !== null) quads.splice(gapAt, 0, ...Array<number>(QUADS - quads.length).fill(0));
  if (quads.length < QUADS) return null;
  return { value: Uint8Array.from(quads.flatMap((quad) => [quad >> 8, quad & 0xff])), end };
}
