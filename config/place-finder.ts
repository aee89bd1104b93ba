import type { ConfigPlace } from '../domain/config.js';

/** From an offset in the text to the place that a person looks for. Columns count UTF-16 units, as editors do. */
export type PlaceFinder = (offset: number) => ConfigPlace;

/** The lines are only looked for when the first place is asked for: a valid file never pays for it. */
export function placeFinder(text: string, file: string): PlaceFinder {
  let starts: readonly number[] | null = null;
  return (offset) => {
    starts ??= lineStarts(text);
    const index = lastAtOrBefore(starts, offset);
    return { file, line: index + 1, column: offset - (starts[index] ?? 0) + 1 };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lastAtOrBefore(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}
