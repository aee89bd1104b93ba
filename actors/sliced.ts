import type { Slice } from '../protocol/views.js';

/** The items of a list that are asked for; all, when no part of it is. */
export function sliced<T>(items: Iterable<T>, slice: Slice | undefined): T[] {
  if (slice === undefined) return [...items];
  const chosen: T[] = [];
  const end = slice.from + slice.count;
  let place = 0;
  for (const item of items) {
    if (place >= end) break;
    if (place >= slice.from) chosen.push(item);
    place++;
  }
  return chosen;
}
