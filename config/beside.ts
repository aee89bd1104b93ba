import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { TokenOwner } from '../domain/access.js';
import type { TrustStore } from '../domain/config.js';
import { trustStore } from '../domain/pem.js';
import { parseTokens } from '../domain/token-list.js';
import { systemErrorText } from './config-file.js';

/**
 * The bytes of a file beside the config, one character each. The left side is why it cannot be used, as the end of a
 * sentence that its name begins. Waits for the disk: not for a thread that has something else to do.
 */
function readSmallFile(file: string, maxBytes: number): E.Either<string, string> {
  try {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(fd);
      if (stats.isDirectory()) return E.left('is a directory, not a file');
      if (!stats.isFile()) return E.left('is not a regular file');
      if (stats.size === 0) return E.left('is empty');
      if (stats.size > maxBytes) return E.left(`has ${stats.size} bytes: at most ${maxBytes} are read`);
      return E.right(readFileSync(fd, 'latin1'));
    } finally {
      closeSync(fd);
    }
  } catch (thrown) {
    return E.left(`cannot be read: ${systemErrorText(thrown)}`);
  }
}

/** Many times what all public authorities have together. */
const MAX_CA_BYTES = 8 * 1024 * 1024;

/** Reads a file of authorities. The left side is why it cannot be used, as the end of a sentence that its name begins. */
export function readCaFile(file: string): E.Either<string, TrustStore> {
  return E.chain((text: string) => trustStore(text, file))(readSmallFile(file, MAX_CA_BYTES));
}

/** The files of authorities that one config names, each read once. Relative names start at the folder of the config. */
export class CaFiles {
  readonly #folder: string;
  readonly #read = new Map<string, E.Either<string, TrustStore>>();

  constructor(configFile: string) {
    this.#folder = path.dirname(configFile);
  }

  /** Left: why it cannot be used. */
  get(name: string): E.Either<string, TrustStore> {
    const file = path.resolve(this.#folder, name);
    const known = this.#read.get(file) ?? readCaFile(file);
    this.#read.set(file, known);
    return known;
  }
}

/** Ten thousand tokens with long names. */
const MAX_TOKEN_BYTES = 2 * 1024 * 1024;

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
    this.#read ??= E.chain(parseTokens)(readSmallFile(path.resolve(this.#folder, name), MAX_TOKEN_BYTES));
    return this.#read;
  }
}

/** Files that a config names. */
export interface Beside {
  readonly caFiles: CaFiles;
  readonly tokenFile: TokenFile;
}
