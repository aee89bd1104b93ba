/** For JSON.stringify: what JSON has no form for, as JSON. A bigint is a decimal number in quotes. */
export function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  if (value instanceof Error) return value.message;
  return value;
}
