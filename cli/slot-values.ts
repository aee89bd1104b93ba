import { isLeft } from 'fp-ts/lib/Either.js';
import { parseDuration } from '../domain/duration.js';
import { MaglevError } from '../domain/errors.js';

/** The most that is asked for at once. */
const MOST = 10_000;

/** Throws MGL_USAGE. */
export function parseCount(word: string): number {
  const count = Number(word);
  if (/^\d+$/.test(word) && count >= 1 && count <= MOST) return count;
  throw new MaglevError('MGL_USAGE', `'${word}' is no number of events: use 1 to ${MOST}`);
}

/** Shorter ones would be a load for maglevd and nothing that anybody sees, in milliseconds. */
const SHORTEST_MS = 100;

/** Milliseconds. Throws MGL_USAGE. */
export function parseTime(word: string): number {
  const duration = parseDuration(word);
  if (isLeft(duration)) throw new MaglevError('MGL_USAGE', duration.left);
  const ms = Math.round(duration.right);
  if (ms < SHORTEST_MS)
    throw new MaglevError('MGL_USAGE', `'${word}' is too short: use ${SHORTEST_MS}ms or more`);
  return ms;
}
