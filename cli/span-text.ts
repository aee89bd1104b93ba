import { formatDuration } from '../domain/duration.js';

/** Nanoseconds as a config file would say it: `1m30s`, `250ms`. */
export function exactSpan(ns: bigint): string {
  return formatDuration(Number(ns) / 1e6);
}

/** Nanoseconds to three digits, which is as much as a measured time is good for: `12.3ms`. */
export function roughSpan(ns: bigint): string {
  return formatDuration(Number((Number(ns) / 1e6).toPrecision(3)));
}
