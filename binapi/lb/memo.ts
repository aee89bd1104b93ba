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

/**
 * A pure function that remembers its last result: for long texts that most often are the same as the last one, and for what
 * several ask for one after the other.
 */
export function ofLast<Key extends string, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  let last: { key: Key; value: Value } | null = null;
  return (key) => {
    if (last === null) {
      last = { key, value: compute(key) };
    } else if (last.key !== key) {
      last.value = compute(key);
      last.key = key;
    }
    return last.value;
  };
}
