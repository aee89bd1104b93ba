import { nearest } from './did-you-mean.js';
import { type ErrorCode, MaglevError } from './errors.js';

/** There is no such name, and which one was probably meant. `text` is a sentence without its end: `frontend "x" is not in the config`. */
export function unknownName(
  code: ErrorCode,
  text: string,
  name: string,
  known: Iterable<string>,
  advice?: string,
): MaglevError {
  const meant = nearest(name, known);
  const hint = meant === null ? '' : `: did you mean "${meant}"?`;
  return new MaglevError(code, `${text}${hint}`, advice === undefined ? {} : { advice });
}

export function unknownFrontend(name: string, known: Iterable<string>): MaglevError {
  return unknownName('MGL_FRONTEND_UNKNOWN', `frontend "${name}" is not in the config`, name, known);
}

export function unknownBackend(name: string, known: Iterable<string>): MaglevError {
  return unknownName('MGL_BACKEND_UNKNOWN', `backend "${name}" is not in the config`, name, known);
}
