import { quote } from '../domain/text.js';
import { excerptOf, textLines } from './excerpt.js';
import { type Line, readLine, skipBlock } from './indentation-line.js';
import type { Problem } from './problem.js';

/** A map or a list that is open at some line. */
interface Open {
  readonly kind: 'map' | 'list';
  /** Blanks in front of its keys or dashes. */
  readonly column: number;
  /** Where it begins. */
  readonly line: Line;
}

/** A line that is wrong, the column to point at, and why. */
interface Fault {
  readonly line: Line;
  readonly column: number;
  readonly message: string;
  /** The first of the lines that do not fit together: from there on nothing can be understood. */
  readonly from: Line;
}

export interface IndentationProblem extends Problem {
  /** What is found wrong from here on is what comes of it. */
  readonly since: number;
}

/**
 * The first mistake of indentation in a text that is no YAML; null when there is none, or when what is wrong may be
 * something else. The yaml library notices such a mistake where its consequences end, and names each of them; here it
 * is said once, where it is. Only block style is looked at: what is in brackets or in quotes may be indented at will.
 */
export function indentationProblem(text: string): IndentationProblem | null {
  const fault = findFault(text);
  if (fault === null) return null;
  const { line, column, message, from, before } = fault;
  const offset = line.offset + column;
  const excerpt = excerptOf(text, [from.number - 1, line.number + 1], { line: line.number, column });
  return {
    offset: Math.min(offset, line.end),
    end: line.end,
    path: [],
    message: `indentation: ${message}`,
    excerpt,
    since: Math.min(from.offset, before?.offset ?? 0),
  };
}

function findFault(text: string): (Fault & { readonly before: Line | null }) | null {
  const lines = textLines(text);
  let open: Open[] = [];
  let before: Line | null = null;
  let step = 0;
  for (let i = 0; i < lines.length; i++) {
    const line = readLine(lines, i);
    if (line.kind === 'blank') continue;
    if (line.kind === 'unknown') return null;
    if (line.kind === 'tab') {
      const message = 'a tab stands in front of this line: use spaces';
      return { line, column: line.column, message, from: line, before };
    }
    if (line.kind === 'more') {
      // A text that goes on in the next line.
      if (before?.kind === 'entry' && !before.opens && line.column > before.column) continue;
      return null;
    }
    if (open.length === 0 && line.column > 0) return null;
    for (const part of line.parts) {
      const kind = part.dash ? 'list' : 'map';
      const was = open;
      open = open.filter(({ column }) => column <= part.column);
      const top = open.at(-1);
      if (top !== undefined && top.column === part.column) {
        const below = open.at(-2);
        const alongside = top.kind === 'list' && kind === 'map' && below?.column === part.column;
        if (alongside) open = open.slice(0, -1);
        // A list may begin below its key without being indented.
        else if (top.kind === 'map' && kind === 'list' && before?.opens)
          open = [...open, { kind, column: part.column, line }];
        else if (top.kind !== kind) return { ...misplaced(line, part.column, kind, was, top, step), before };
        continue;
      }
      const inItem = part !== line.parts[0];
      const isValue = before?.opens === true && before.parts.at(-1)?.column === top?.column;
      if (top !== undefined && !inItem && !isValue)
        return { ...misplaced(line, part.column, kind, was, top, step), before };
      if (top !== undefined && step === 0) step = part.column - top.column;
      open = [...open, { kind, column: part.column, line }];
    }
    before = line;
    i = skipBlock(lines, i, line);
    if (i < 0) return null;
  }
  return null;
}

/** `line` stands at a column where nothing is open. */
function misplaced(
  line: Line,
  column: number,
  kind: Open['kind'],
  open: readonly Open[],
  parent: Open,
  step: number,
): Fault {
  const deeper = open.filter((one) => one.column > column).at(0);
  const first = open.at(open.indexOf(parent) + 1);
  if (kind === 'list' && first?.kind === 'map') {
    const message = `line ${line.number} begins an item of a list with '- ', and this line, which comes before it, does not`;
    return { line: first.line, column: Math.min(column, first.line.column), message, from: first.line };
  }
  if (deeper === undefined && parent.line.key.startsWith('-')) {
    const message = `a blank is missing after the dash of an item: write '- ${parent.line.key.slice(1)}'`;
    return { line: parent.line, column: parent.line.column, message, from: parent.line };
  }
  const grand = open.at(open.indexOf(parent) - 1);
  // The first key of a map stands alone where the others do not: it is the one that is wrong, if it breaks the step.
  if (deeper === undefined && grand !== undefined && open.indexOf(parent) > 0) {
    const wrongFirst = parent.column - grand.column !== step && column - grand.column === step;
    if (wrongFirst) {
      const message = `${blanks(parent.column)} in front of ${quote(parent.line.key)}, and ${column} in front of ${quote(line.key)} on line ${line.number}: keys that belong together begin in one column`;
      return { line: parent.line, column: parent.column, message, from: parent.line };
    }
  }
  const fits = [deeper, parent].flatMap((one) =>
    one === undefined ? [] : [`${one.column} as ${quote(one.line.key)} on line ${one.line.number}`],
  );
  const message = `${blanks(column)} in front of this line fit nothing above it: that would be ${fits.join(', or ')}`;
  return { line, column, message, from: line };
}

function blanks(count: number): string {
  return count === 1 ? '1 blank' : `${count} blanks`;
}
