import { type Line, label, plain, type Span } from './text.js';

const gap = '  ';

/** For an empty value, where a blank would look like a mistake. */
export const none = '-';

type Value = string | number | boolean;

/** `label  value` lines, the values below each other. */
export function fields(entries: readonly (readonly [string, Value])[], indent = ''): Line[] {
  return columns(
    entries.map(([name, value]) => [label(name), plain(value)]),
    indent,
  );
}

/** A table with a head of labels. */
export function table(head: readonly string[], rows: readonly (readonly Value[])[], indent = ''): Line[] {
  return columns([head.map(label), ...rows.map((row) => row.map(plain))], indent);
}

/** `name value name value`: one line that reads as a sentence, for people and for grep. */
export function sentence(entries: readonly (readonly [string, Value])[], indent = ''): Line {
  const words = entries.flatMap(([name, value]) => [label(name), plain(' '), plain(value), plain(' ')]);
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
    for (const [i, cell] of row.entries()) {
      const blanks = ' '.repeat((widths[i] ?? 0) - width(cell));
      const rest = row.slice(i + 1).some(({ text }) => text !== '');
      const [before, after] = i < rightFrom ? ['', blanks] : [blanks, ''];
      line.push(plain(before), cell);
      if (!rest) break;
      line.push(plain(after + gap));
    }
    return line;
  });
}

function width({ text }: Span): number {
  return [...text].length;
}
