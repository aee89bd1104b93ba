/** Milliseconds in no more than six characters: `0.42`, `12.3`, `2000`, `-`. */
export function msText(ms: number | null): string {
  if (ms === null) return '-';
  if (ms < 9.995) return ms.toFixed(2);
  if (ms < 999.95) return ms.toFixed(1);
  return ms < 999_999 ? ms.toFixed(0) : '>999s';
}

/** A share of a hundred in no more than six characters. It says 100 only when nothing is missing. */
export function percentText(percent: number | null): string {
  if (percent === null) return '-';
  if (percent === 100) return '100';
  return Math.min(99.99, Math.floor(percent * 100) / 100).toFixed(2);
}

/** A count in no more than six characters: `999999`, `1.25M`. */
export function countText(count: number): string {
  if (count < 1_000_000) return String(count);
  if (count < 1_000_000_000) return `${(count / 1e6).toFixed(count < 1e8 ? 2 : 0)}M`;
  return `${(count / 1e9).toFixed(1)}G`;
}

/** `5s`, `12m03s`, `2h05m` */
export function timeText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (number: number) => String(number).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h${two(Math.floor(seconds / 60) % 60)}m`;
}
