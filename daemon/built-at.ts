import { statSync } from 'node:fs';
import { buildInfo } from '../program/build-info.js';

/**
 * When this program was built, in milliseconds since the epoch: no clock that is right shows an earlier time. By the date
 * that the build noted, in ISO 8601, or else by the time of this file, which was written then, or when the package was
 * unpacked.
 */
export function builtAt(noted = buildInfo().date, program = new URL(import.meta.url)): number {
  const at = Date.parse(noted ?? '');
  return Number.isNaN(at) ? statSync(program).mtimeMs : at;
}
