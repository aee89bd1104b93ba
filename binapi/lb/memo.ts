/**
 * A pure function that remembers its results. A sync says the same few thousand addresses over and over, and parsing
 * and printing them would be most of its work. The memory is bounded: when it is full it starts anew.
 */
export function memo<Key extends string | number, Value>(
  compute: (key: Key) => Value,
  capacity: number,
): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = compute(key);
    if (known.size >= capacity) known.clear();
    known.set(key, value);
    return value;
  };
}

/** A pure function that remembers its last result. For long texts that most often are the same as the last one. */
export function ofLast<Value>(compute: (text: string) => Value): (text: string) => Value {
  let last: { readonly text: string; readonly value: Value } | null = null;
  return (text) => {
    if (last === null || last.text !== text) last = { text, value: compute(text) };
    return last.value;
  };
}
