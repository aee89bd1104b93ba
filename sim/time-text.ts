const units = { ms: 1, s: 1000, m: 60_000 } as const;

/** Milliseconds of a time written as `250ms`, `1.5s` or `2m`; null when it is none. */
export function parseTime(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text);
  if (match === null) return null;
  return Number(match[1]) * units[match[2] as keyof typeof units];
}

/** As short as it can be written: `250ms`, `3s`, `2m`. */
export function formatTime(ms: number): string {
  if (ms > 0 && ms % units.m === 0) return `${ms / units.m}m`;
  return ms > 0 && ms % 100 === 0 && ms >= units.s ? `${ms / units.s}s` : `${ms}ms`;
}
