/**
 * Where a key leads in a list of `count` rows: the index, or null when it is no such key. Rows that cannot be chosen are
 * passed over. `from` -1: nothing is chosen yet.
 */
export function moveBy(
  key: string,
  from: number,
  count: number,
  choosable: (index: number) => boolean = () => true,
): number | null {
  const step = steps[key];
  if (step === undefined || count === 0) return null;
  const { to, by } = step(from, count);
  for (let i = to; i >= 0 && i < count; i += by) if (choosable(i)) return i;
  return from < 0 ? null : from;
}

interface Step {
  readonly to: number;
  /** In which direction the next one is tried. */
  readonly by: 1 | -1;
}

/** Rows of a page. */
const PAGE = 15;

const next = (from: number): Step => ({ to: from + 1, by: 1 });
const before = (from: number, count: number): Step => ({ to: from < 0 ? count - 1 : from - 1, by: -1 });
const first = (): Step => ({ to: 0, by: 1 });
const last = (_: number, count: number): Step => ({ to: count - 1, by: -1 });

const steps: Readonly<Record<string, (from: number, count: number) => Step>> = {
  j: next,
  ArrowDown: next,
  k: before,
  ArrowUp: before,
  g: first,
  Home: first,
  G: last,
  End: last,
  PageDown: (from, count) => ({ to: Math.min(count - 1, from + PAGE), by: -1 }),
  PageUp: (from) => ({ to: Math.max(0, from - PAGE), by: 1 }),
};
