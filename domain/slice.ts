/**
 * A part of a list, so that nobody has to answer all of a long one at once: so many, from that place on. Fewer are the
 * last; what a change moved meanwhile may be there twice, or not at all.
 */
export interface Slice {
  readonly from: number;
  readonly count: number;
}

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
