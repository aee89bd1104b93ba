import path from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { TokenOwner } from '../domain/access.js';
import { parseTokens } from '../domain/token-list.js';
import { readSmallFile } from './small-file.js';

/** Ten thousand tokens with long names. */
const MAX_BYTES = 2 * 1024 * 1024;

type Tokens = ReadonlyMap<string, TokenOwner>;

/** The file of tokens that a config names, read once. A relative name starts at the folder of the config. */
export class TokenFile {
  readonly #folder: string;
  #read: E.Either<string, Tokens> | null = null;

  constructor(configFile: string) {
    this.#folder = path.dirname(configFile);
  }

  /** Left: why it cannot be used, as the end of a sentence that its name begins. */
  get(name: string): E.Either<string, Tokens> {
    this.#read ??= E.chain(parseTokens)(readSmallFile(path.resolve(this.#folder, name), MAX_BYTES));
    return this.#read;
  }
}
