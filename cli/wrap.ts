import { displayWidth } from './display-width.js';
import { type Line, plain, type Span } from './text.js';

/** Further lines begin below the value where there is one, unless that would leave them too little room: columns. */
function deepest(width: number): number {
  return Math.max(26, Math.floor(width / 3));
}

/**
 * Lines that are wider than the terminal, broken between words, each further line indented; a word that is wider than the
 * terminal is left to it. Tables never come here too wide: they fit themselves, and a row is never broken.
 */
export function wrapped(lines: readonly Line[], width: number): Line[] {
  return lines.flatMap((line) => (lineWidth(line) <= width ? [line] : broken(line, width)));
}

function broken(line: Line, width: number): Line[] {
  const text = line.map((span) => span.text).join('');
  const indent = ' '.repeat(hangOf(text, width));
  const result: Span[][] = [];
  let current: Span[] = [];
  let used = 0;
  for (const span of line) {
    for (const piece of span.text.match(/ +|[^ ]+/g) ?? []) {
      const size = displayWidth(piece);
      const isBlank = piece.startsWith(' ');
      if (used + size > width && !isBlank && current.some(({ text: before }) => before.trim() !== '')) {
        result.push(current);
        current = [plain(indent)];
        used = indent.length;
      }
      // Blanks at the place of a break are nobody's.
      if (isBlank && result.length > 0 && used === indent.length) continue;
      current.push({ ...span, text: piece });
      used += size;
    }
  }
  return [...result, current].map(withoutEnd);
}

/** Nothing is nested deeper, in columns: what begins further in stands below the values of other lines. */
const NESTED = 12;

/** Where the value begins behind its label; otherwise a bit further in than the line itself. */
function hangOf(text: string, width: number): number {
  const value = /^ *\S.*? {2,}(?=\S)/.exec(text)?.[0].length ?? 0;
  if (value > 0 && value <= deepest(width)) return value;
  const start = /^ */.exec(text)?.[0].length ?? 0;
  return start > NESTED ? start : start + 4;
}

function withoutEnd(line: readonly Span[]): Line {
  const end = line.findLastIndex(({ text }) => text.trim() !== '');
  return line.slice(0, end + 1);
}

function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + displayWidth(text), 0);
}
