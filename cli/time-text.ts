import { formatDuration } from '../domain/duration.js';

/** A moment as ISO 8601 in UTC, whole seconds, with its age: `2026-11-22T10:30:00Z (2h5m ago)`. */
export function momentWithAge(ns: bigint, nowMs: number): string {
  const ms = Number(ns / 1_000_000n);
  const when = new Date(ms);
  if (Number.isNaN(when.getTime())) return `${ns} ns since 1970`;
  return `${when.toISOString().replace(/\.\d+Z$/, 'Z')} (${duration(nowMs - ms)} ago)`;
}

/** The two largest units of a duration: `3d4h`, `2h5m`, `5m3s`, `12s`. A negative one is `0s`: clocks differ. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return `${days}d${hours % 24}h`;
  if (hours > 0) return `${hours}h${minutes % 60}m`;
  if (minutes > 0) return `${minutes}m${seconds % 60}s`;
  return `${seconds}s`;
}

/** Nanoseconds as a config file would say it: `1m30s`, `250ms`. */
export function exactSpan(ns: bigint): string {
  return formatDuration(Number(ns) / 1e6);
}

/** Nanoseconds to three digits, which is as much as a measured time is good for: `12.3ms`. */
export function roughSpan(ns: bigint): string {
  return formatDuration(Number((Number(ns) / 1e6).toPrecision(3)));
}
