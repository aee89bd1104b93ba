/** How a piece of a line looks. */
export type Style = 'plain' | 'dim' | 'bold' | 'good' | 'warn' | 'bad';

export interface Piece {
  /** Printable ASCII: as many columns as characters. */
  readonly text: string;
  readonly style: Style;
}

export type PaintedLine = readonly Piece[];

/** What can be told apart by everybody: cyan, yellow, and bold red. */
const codes: Readonly<Record<Style, string>> = {
  plain: '',
  dim: '\u001b[2m',
  bold: '\u001b[1m',
  good: '\u001b[36m',
  warn: '\u001b[33m',
  bad: '\u001b[1;31m',
};

export function piece(text: string, style: Style = 'plain'): Piece {
  return { text, style };
}

/** Text of others, with a mark in place of what a terminal would not show in one column, or would obey. */
export function shown(text: string): string {
  return text.replace(/[^ -~]/gu, '?');
}

export function widthOf(line: PaintedLine): number {
  return line.reduce((sum, { text }) => sum + text.length, 0);
}

/** As much of a line as has room. */
export function cut(line: PaintedLine, columns: number): PaintedLine {
  let left = columns;
  const kept: Piece[] = [];
  for (const { text, style } of line) {
    if (left <= 0) break;
    const part = text.slice(0, left);
    left -= part.length;
    if (part !== '') kept.push({ text: part, style });
  }
  return kept;
}

export function paint(line: PaintedLine, color: boolean): string {
  return line
    .map(({ text, style }) => (color && codes[style] !== '' ? `${codes[style]}${text}\u001b[0m` : text))
    .join('');
}
