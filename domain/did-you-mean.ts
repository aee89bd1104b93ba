import { type ErrorCode, MaglevError } from './errors.js';

/** Longer words are not compared: names have at most 64 characters. */
const MAX_WORD = 64;

/**
 * The candidate that `word` was most likely meant to be, or null when none is close: up to a third of the word's
 * letters may be missing, surplus, wrong or swapped with a neighbour. Case does not count.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  return suggester(candidates)(word);
}

/**
 * `nearest` for many words against one long list. After `budget` compared letters it suggests nothing any more, so
 * that a file with thousands of wrong names is still refused quickly.
 */
export function suggester(
  candidates: Iterable<string>,
  budget = 20_000_000,
): (word: string) => string | null {
  let spent = 0;
  return (word) => {
    if (word.length === 0 || word.length > MAX_WORD) return null;
    const wanted = word.toLowerCase();
    let limit = Math.floor(word.length / 3);
    let best: string | null = null;
    for (const candidate of candidates) {
      if (Math.abs(candidate.length - word.length) > limit) continue;
      if (spent >= budget) return best;
      spent += candidate.length * word.length;
      const distance = editDistance(wanted, candidate.toLowerCase());
      // Only a strictly closer one replaces the first found, so the answer does not depend on later entries.
      if (distance > limit) continue;
      best = candidate;
      if (distance === 0) return best;
      limit = distance - 1;
    }
    return best;
  };
}

/** `, did you mean 'x'?`, or nothing. */
export function didYouMean(suggestion: string | null): string {
  return suggestion === null ? '' : `, did you mean '${suggestion}'?`;
}

/** Letters to insert, delete, replace or swap with the next one: the optimal string alignment of two words. */
export function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (previous[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforePrevious[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}

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
