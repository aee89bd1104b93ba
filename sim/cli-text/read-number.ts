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
