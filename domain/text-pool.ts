/** Texts that are remembered at once. */
const MOST = 1000;
const known = new Map<string, string>();

/** The same text; for what is kept of thousands of backends, which most often say the same: it is in memory once. */
export function sharedText(text: string): string {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size >= MOST) known.clear();
  known.set(text, text);
  return text;
}
