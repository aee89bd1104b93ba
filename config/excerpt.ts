import { clip } from '../domain/text.js';

/** A line of a text, without its line break. */
export interface TextLine {
  /** From 1. */
  readonly number: number;
  /** Where it begins in the text. */
  readonly offset: number;
  readonly text: string;
}

export function textLines(text: string): TextLine[] {
  let offset = 0;
  return text.split('\n').map((line, index) => {
    const found = { number: index + 1, offset, text: line.replace(/\r$/, '') };
    offset += line.length + 1;
    return found;
  });
}

/** Characters of a line that are shown. */
const LONGEST = 100;

/**
 * Some lines of a text with their numbers, from one to another as far as there are such, and a caret below the column of
 * one of them. A tab is shown as an arrow, so that it can be seen, and is one column wide.
 */
export function excerptOf(
  text: string,
  [from, to]: readonly [number, number],
  mark: { readonly line: number; readonly column: number },
): string[] {
  const width = String(to).length;
  return textLines(text)
    .slice(Math.max(from, 1) - 1, to)
    .flatMap((line) => {
      const shown = clip(line.text.replaceAll('\t', '\u2192'), LONGEST);
      const row = `${String(line.number).padStart(width)} | ${shown}`.trimEnd();
      return line.number === mark.line ? [row, `${' '.repeat(width)} | ${' '.repeat(mark.column)}^`] : [row];
    });
}
