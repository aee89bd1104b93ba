import { nearest } from '../domain/did-you-mean.js';
import { type ErrorCode, MaglevError } from '../domain/errors.js';
import { nameText } from '../domain/name.js';

/** Does a word mean more than itself? */
export function isPattern(word: string): boolean {
  return /[*?]/.test(word);
}

/**
 * The names that words mean, each once, in the order of the words; a word that is a name is that name, and otherwise `*`
 * stands for anything and `?` for one character. Throws the error of that code when a word means none.
 */
export function expandNames(
  words: readonly string[],
  known: readonly string[],
  what: string,
  code: ErrorCode,
): readonly string[] {
  const exact = new Set(known);
  const all = words.flatMap((word) => {
    if (exact.has(word)) return [word];
    const found = isPattern(word) ? known.filter((name) => expressionOf(word).test(name)) : [];
    if (found.length > 0) return found;
    if (isPattern(word)) throw new MaglevError(code, `no ${what} is named as '${word}' says`);
    const meant = nearest(word, known);
    const hint = meant === null ? '' : `: did you mean ${nameText(meant)}?`;
    throw new MaglevError(code, `no ${what} is named ${nameText(word)}${hint}`);
  });
  return [...new Set(all)];
}

function expressionOf(pattern: string): RegExp {
  const parts = [...pattern].map((character) => {
    if (character === '*') return '.*';
    return character === '?' ? '.' : character.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`, 'su');
}
