import { lasting } from './side-by-side.js';
import { type Line, type Span, styled } from './text.js';

/**
 * Lines with those that were not there before marked by how they look. What passes with time makes no difference; in a line
 * that took the place of another one about the same thing, only the parts that are new are marked.
 */
export function changedLines(before: readonly Line[], now: readonly Line[]): Line[] {
  const known = new Set(before.map(lasting));
  const byBeginning = new Map(before.map((line) => [beginningOf(line), line]));
  return now.map((line) => {
    if (known.has(lasting(line))) return [...line];
    const old = byBeginning.get(beginningOf(line));
    return line.map((span, i) => (old !== undefined && same(span, old[i]) ? span : marked(span)));
  });
}

function beginningOf(line: Line): string {
  return /^\s*\S*/.exec(line.map(({ text }) => text).join(''))?.[0] ?? '';
}

function same(span: Span, other: Span | undefined): boolean {
  return other !== undefined && lasting([span]) === lasting([other]);
}

function marked(span: Span): Span {
  return span.text.trim() === '' ? span : { ...styled(span.text, span.style), changed: true };
}
