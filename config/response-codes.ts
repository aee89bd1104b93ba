import * as E from 'fp-ts/lib/Either.js';
import { quote } from '../domain/text.js';

export interface CodeRange {
  readonly from: number;
  readonly to: number;
}

/**
 * HTTP status codes that count as healthy: codes and inclusive ranges, separated by commas (`200-299,301`), each
 * 100 to 599. The left side is what is wrong, as the end of a sentence.
 */
export function parseResponseCodes(text: string): E.Either<string, readonly CodeRange[]> {
  const ranges: CodeRange[] = [];
  for (const part of text.split(',')) {
    const match = /^\s*(\d{3})(?:\s*-\s*(\d{3}))?\s*$/.exec(part);
    if (match === null) {
      return E.left(`${quote(part.trim())} is no status code or range: write them like 200 or 200-299,301`);
    }
    const from = Number(match[1]);
    const to = Number(match[2] ?? match[1]);
    if (from < 100 || to > 599 || from > 599)
      return E.left(`${quote(part.trim())} is out of range: 100 to 599`);
    if (from > to) return E.left(`${quote(part.trim())} ends below its start`);
    ranges.push({ from, to });
  }
  return E.right(ranges);
}
