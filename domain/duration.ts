import * as E from 'fp-ts/lib/Either.js';
import { quote } from './text.js';

/** Nanoseconds in each unit of a Go duration. Both ways to write the micro sign are in use. */
const unitNanoseconds: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['\u00b5s', 1_000n],
  ['\u03bcs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

/** What an int64 of nanoseconds can hold: about 292 years. */
const maxNanoseconds = 2n ** 63n - 1n;

/** Longer texts are refused unread: nobody writes such a duration, and big integers of any length cost time. */
const MAX_LENGTH = 100;

/**
 * A duration as Go writes it (`1m30s`, `1.5s`, `200ms`, `0`), in milliseconds; fractions of a nanosecond are cut off.
 * The left side is what is wrong, as the end of a sentence. Negative durations are refused: nothing here takes one.
 */
export function parseDuration(text: string): E.Either<string, number> {
  if (text === '0' || text === '+0' || text === '-0') return E.right(0);
  const body = text.startsWith('+') ? text.slice(1) : text;
  if (body.startsWith('-')) return E.left(`${quote(text)} is negative`);
  if (body.length > MAX_LENGTH) return E.left(`${quote(text)} is too long for a duration`);
  if (/^\d+(\.\d*)?$/.test(body)) {
    return E.left(`${quote(text)} has no unit: write ${body}s for seconds, ${body}ms for milliseconds`);
  }
  if (body === '' || !/^(\d+\.?\d*|\.\d+)/.test(body)) return E.left(notADuration(text));
  return sumTerms(text, body);
}

function sumTerms(text: string, body: string): E.Either<string, number> {
  // A number without its unit is matched too, so that the unit can be named as what is missing.
  const term = /(\d*)(?:\.(\d*))?([^\d.]*)/y;
  let total = 0n;
  while (term.lastIndex < body.length) {
    const match = term.exec(body);
    const [whole = '', fraction = '', unit = ''] = match?.slice(1) ?? [];
    if (match === null || whole + fraction === '') return E.left(notADuration(text));
    const nanoseconds = unitNanoseconds.get(unit);
    if (nanoseconds === undefined) return E.left(badUnit(text, unit));
    total += BigInt(whole || '0') * nanoseconds;
    total += (BigInt(fraction || '0') * nanoseconds) / 10n ** BigInt(fraction.length);
    if (total > maxNanoseconds)
      return E.left(`${quote(text)} is longer than the 292 years a duration can hold`);
  }
  return E.right(Number(total) / 1e6);
}

function badUnit(text: string, unit: string): string {
  if (unit === '') return `${quote(text)} ends in a number without a unit`;
  const days = unit === 'd' ? '; a day is 24h' : '';
  return `${quote(text)} has the unknown unit ${quote(unit)}: the units are h, m, s, ms, us and ns${days}`;
}

function notADuration(text: string): string {
  return `${quote(text)} is not a duration: write it like 30s, 200ms or 1m30s`;
}

/**
 * Milliseconds as Go prints them: `1m30s`, `1.5s`, `200ms`, `0s`. What is finer than a nanosecond is rounded.
 * For any whole number of microseconds up to 12 days `parseDuration` gives the same number back.
 */
export function formatDuration(milliseconds: number): string {
  const nanoseconds = BigInt(Math.round(milliseconds * 1e6));
  if (nanoseconds === 0n) return '0s';
  if (nanoseconds < 1_000n) return `${nanoseconds}ns`;
  if (nanoseconds < 1_000_000n) return `${decimal(nanoseconds, 3)}\u00b5s`;
  if (nanoseconds < 1_000_000_000n) return `${decimal(nanoseconds, 6)}ms`;
  const seconds = nanoseconds / 1_000_000_000n;
  const hours = seconds / 3600n;
  const minutes = (seconds / 60n) % 60n;
  const rest = `${decimal(nanoseconds % 60_000_000_000n, 9)}s`;
  if (hours > 0n) return `${hours}h${minutes}m${rest}`;
  return minutes > 0n ? `${minutes}m${rest}` : rest;
}

/** `value` / 10^`digits`, without zeros at the end. */
function decimal(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const fraction = (value % scale).toString().padStart(digits, '0').replace(/0+$/, '');
  return fraction === '' ? `${value / scale}` : `${value / scale}.${fraction}`;
}
