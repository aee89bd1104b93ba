import { deepStrictEqual } from 'node:assert';
import { placeFinder } from '../../config/place-finder.js';
import { readUsual } from '../../config/yaml-cst.js';
import { readComposed } from '../../config/yaml-reader.js';

const DEPTH = 100;

/**
 * Whether the quick reader takes a text; false: it leaves it to the composer of the yaml library. Throws when it takes what
 * the composer finds a problem in, or reads it otherwise, however often it takes out what is complete.
 */
export function readsAlike(text: string, looks: readonly number[] = [1]): boolean {
  const read = readUsual(text, DEPTH);
  const often = looks.map((lexemes) => readUsual(text, DEPTH, lexemes));
  const control = /(?![\t\n\r\u0085])\p{Cc}/u.test(text);
  if (control || (read === null && often.every((one) => one === null))) return false;
  const composed = readComposed(text, placeFinder(text, 'f'));
  deepStrictEqual(composed.problems, [], `the quick reader takes what is wrong:\n${text}`);
  for (const one of [read, ...often]) deepStrictEqual(one, composed.root, `it is read otherwise:\n${text}`);
  return true;
}
