import { readFileSync, statSync } from 'node:fs';

/** What the build notes of itself, beside the compiled program; absent in a build that noted nothing. */
const note = new URL('../build-info.json', import.meta.url);

/**
 * When this program was built, in milliseconds since the epoch: no clock that is right shows an earlier time. By what the
 * build noted, or else by the time of this file, which was written then, or when the package was unpacked.
 */
export function builtAt(noted: URL = note, program: URL = new URL(import.meta.url)): number {
  return dateIn(noted) ?? statSync(program).mtimeMs;
}

/** The date of a note such as `{"version":"1.2.3","commit":"0123abc","date":"2026-11-28T05:00:00Z"}`; null = none. */
function dateIn(noted: URL): number | null {
  try {
    const { date }: { date?: unknown } = JSON.parse(readFileSync(noted, 'utf8'));
    const at = typeof date === 'string' ? Date.parse(date) : Number.NaN;
    return Number.isNaN(at) ? null : at;
  } catch {
    return null;
  }
}
