import { beginningOf, displayWidth } from './display-width.js';
import { type Line, label, plain, type Span } from './text.js';

const gap = '  ';

/** For an empty value, where a blank would look like a mistake. */
export const none = '-';

type Value = string | number | boolean | Span;

function cell(value: Value): Span {
  return typeof value === 'object' ? value : plain(value);
}

/** `label  value` lines, the values below each other. */
export function fields(entries: readonly (readonly [string, Value])[], indent = ''): Line[] {
  return columns(
    entries.map(([name, value]) => [label(name), cell(value)]),
    indent,
  );
}

/** A table with a head of labels. */
export function table(head: readonly string[], rows: readonly (readonly Value[])[], indent = ''): Line[] {
  return columns([head.map(label), ...rows.map((row) => row.map(cell))], indent);
}

/**
 * The first of these that is no wider than the terminal, from the fullest to the leanest; of the leanest, what is too
 * much is cut off. null: no terminal, and nothing is too wide.
 */
export function firstThatFits(width: number | null, variants: readonly (() => readonly Line[])[]): Line[] {
  let lines: readonly Line[] = [];
  for (const variant of variants) {
    lines = variant();
    if (fits(lines, width)) return [...lines];
  }
  return lines.map((line) => (width === null ? line : cutTo(line, width)));
}

/** Is no line wider than the terminal? */
export function fits(lines: readonly Line[], width: number | null): boolean {
  return width === null || lines.every((line) => lineWidth(line) <= width);
}

function lineWidth(line: Line): number {
  return line.reduce((sum, span) => sum + width(span), 0);
}

export function cutTo(line: Line, limit: number): Line {
  if (lineWidth(line) <= limit) return line;
  let left = limit - 1;
  const kept = line.flatMap((span) => {
    const text = beginningOf(span.text, left);
    left -= displayWidth(text);
    return text === '' ? [] : [{ ...span, text }];
  });
  return [...kept, plain('\u2026')];
}

/** `name value name value`: one line that reads as a sentence, for people and for grep. */
export function sentence(entries: readonly (readonly [string, Value])[], indent = ''): Line {
  const words = entries.flatMap(([name, value]) => [label(name), plain(' '), cell(value), plain(' ')]);
  return [plain(indent), ...words.slice(0, -1)];
}

/**
 * Cells of a column start below each other, or end below each other from column `rightFrom` on; no line ends in
 * blanks.
 */
export function columns(
  rows: readonly (readonly Span[])[],
  indent = '',
  rightFrom = Number.POSITIVE_INFINITY,
): Line[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, width(cell));
  }
  return rows.map((row) => {
    const line: Span[] = indent === '' ? [] : [plain(indent)];
    const last = row.findLastIndex(({ text }) => text !== '');
    for (const [i, cell] of row.entries()) {
      const blanks = ' '.repeat((widths[i] ?? 0) - width(cell));
      const rest = i < last;
      const [before, after] = i < rightFrom ? ['', blanks] : [blanks, ''];
      line.push(plain(before), cell);
      if (!rest) break;
      line.push(plain(after + gap));
    }
    return line;
  });
}

function width({ text }: Span): number {
  return displayWidth(text);
}
