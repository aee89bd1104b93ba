import { isUtf8 } from 'node:buffer';
import * as E from 'fp-ts/lib/Either.js';

/** Bytes as text; the left side is why they are none, as the end of a sentence. */
export function decodeText(bytes: Uint8Array): E.Either<string, string> {
  const nul = bytes.indexOf(0);
  if (nul >= 0) return E.left(`is not a text file: line ${lineOf(bytes, nul)} contains a NUL byte`);
  if (isUtf8(bytes)) return E.right(new TextDecoder().decode(bytes));
  return E.left(`is not UTF-8 text: the first wrong byte is on line ${lineOf(bytes, validLength(bytes))}`);
}

/** How many bytes at the front are UTF-8, apart from a character that is cut at their end. */
function validLength(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isUtf8Prefix(bytes.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  return low;
}

function isUtf8Prefix(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function lineOf(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at >= 0 && at < offset; at = bytes.indexOf(10, at + 1)) line++;
  return line;
}
