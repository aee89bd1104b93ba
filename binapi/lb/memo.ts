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
