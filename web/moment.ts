/** Nanoseconds since 1970, as the API has them, in whole milliseconds. */
export function milliseconds(ns: bigint): number {
  return Number(ns / 1_000_000n);
}

/** The same of what may be absent. */
export function momentOf(ns: bigint | undefined): number | null {
  return ns === undefined ? null : milliseconds(ns);
}
