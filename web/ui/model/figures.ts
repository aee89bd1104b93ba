/** How numbers are written: short enough for a column, and never more exact than they are. */

/** `now`, `42s`, `3m12s`, `2h04m`, `5d3h`: two units at most. Negative is `now` too. */
export function spanText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 1) return 'now';
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${two(seconds % 60)}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h${two(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d${hours % 24}h`;
}

/** The time of day where the reader is: `14:05:09`. */
export function timeText(ms: number): string {
  const date = new Date(ms);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

/** Day and time where the reader is: `2026-11-28 14:05:09`. */
export function momentText(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${timeText(ms)}`;
}

/** Three digits and a unit: `0`, `7.5`, `812`, `1.23k`, `45.6M`. */
export function shortNumber(value: number): string {
  if (value < 0) return `-${shortNumber(-value)}`;
  const units = ['', 'k', 'M', 'G', 'T'];
  let rest = value;
  let unit = 0;
  // 999.5 would be written as 1000.
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1000;
    unit++;
  }
  if (rest === 0) return '0';
  const digits = rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  const text = rest.toFixed(digits);
  return `${unit === 0 && digits > 0 ? trimmed(text) : text}${units[unit]}`;
}

/** `812 B`, `1.23 kB`. */
export function shortBytes(value: number): string {
  const text = shortNumber(value);
  const unit = /[kMGT]$/.exec(text)?.[0] ?? '';
  return `${unit === '' ? text : text.slice(0, -1)} ${unit}B`;
}

/** A share of 0..1: `33.3 %`; `100 %`, `0 %`, and what is little `0.04 %`. */
export function percentText(share: number): string {
  if (share > 0 && share < 0.001) return `${(share * 100).toFixed(2)} %`;
  const text = (share * 100).toFixed(1);
  return `${text.endsWith('.0') && (share === 0 || share === 1) ? text.slice(0, -2) : text} %`;
}

/** How long a probe took: `0.42 ms`, `38 ms`, `1.20 s`. */
export function durationText(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms >= 10 ? ms.toFixed(0) : ms.toFixed(2)} ms`;
}

/** A round one, as on an axis: `0.5 ms`, `8 ms`. */
export function roundDurationText(ms: number): string {
  const [value = '', unit = ''] = durationText(ms).split(' ');
  return `${trimmed(value)} ${unit}`;
}

function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
