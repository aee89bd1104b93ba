import { beginningOf, displayWidth } from './display-width.js';
import { head, type Line, label, plain, type Span } from './text.js';

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
export function table(heads: readonly string[], rows: readonly (readonly Value[])[], indent = ''): Line[] {
  return columns([heads.map(head), ...rows.map((row) => row.map(cell))], indent);
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

/** Rows by which a long table shows that it is too wide. */
const SAMPLE = 64;

/** The same of tables with one row for each item, which may be ten thousand: none is made whole whose first rows are too wide. */
export function firstTableThatFits<T>(
  width: number | null,
  items: readonly T[],
  variants: readonly ((items: readonly T[]) => readonly Line[])[],
): Line[] {
  const few = items.slice(0, SAMPLE);
  const hopeful =
    items.length === few.length
      ? variants
      : variants.filter((variant, i) => i === variants.length - 1 || fits(variant(few), width));
  return firstThatFits(
    width,
    hopeful.map((variant) => () => variant(items)),
  );
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
  const taken = rows.map((row) => row.map(width));
  const widths: number[] = [];
  for (const row of taken) {
    for (let i = 0; i < row.length; i++) widths[i] = Math.max(widths[i] ?? 0, row[i] ?? 0);
  }
  return rows.map((row, at) => {
    const line: Span[] = indent === '' ? [] : [plain(indent)];
    const last = row.findLastIndex(({ text }) => text !== '');
    // A table can have ten thousand rows: nothing is made here that prints nothing.
    for (let i = 0; i < row.length; i++) {
      const cell = row[i];
      if (cell === undefined) break;
      const free = (widths[i] ?? 0) - (taken[at]?.[i] ?? 0);
      const isRight = i >= rightFrom;
      if (isRight && free > 0) line.push(blanks(free));
      line.push(cell);
      if (i >= last) break;
      line.push(blanks((isRight ? 0 : free) + gap.length));
    }
    return line;
  });
}

const knownBlanks: Span[] = [];

function blanks(count: number): Span {
  let found = knownBlanks[count];
  if (found === undefined) {
    found = plain(' '.repeat(count));
    knownBlanks[count] = found;
  }
  return found;
}

function width({ text }: Span): number {
  return displayWidth(text);
}
