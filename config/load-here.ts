import * as E from 'fp-ts/lib/Either.js';
import type { ConfigVerdict } from '../domain/config.js';
import { checkConfigText } from './check.js';
import { readConfigText, unreadable } from './config-file.js';

/**
 * As loadConfigFile, in this thread, however long it takes: for programs that have nothing else to do meanwhile. It lies
 * apart from what starts a thread, whose code the package of those programs does not have.
 */
export async function loadConfigHere(file: string): Promise<ConfigVerdict> {
  const text = await readConfigText(file);
  return E.isLeft(text) ? unreadable(file, text.left) : checkConfigText(text.right, file);
}
