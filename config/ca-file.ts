import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { TrustStore } from '../domain/config.js';
import { trustStore } from '../domain/pem.js';
import { systemErrorText } from './system-error.js';

/** Many times what all public authorities have together. */
const maxBytes = 8 * 1024 * 1024;

/**
 * Reads a file of authorities. The left side is why it cannot be used, as the end of a sentence that its name begins.
 * Waits for the disk: not for a thread that has something else to do.
 */
export function readCaFile(file: string): E.Either<string, TrustStore> {
  try {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(fd);
      if (stats.isDirectory()) return E.left('is a directory, not a file');
      if (!stats.isFile()) return E.left('is not a regular file');
      if (stats.size === 0) return E.left('is empty');
      if (stats.size > maxBytes) return E.left(`has ${stats.size} bytes: at most ${maxBytes} are read`);
      return trustStore(readFileSync(fd, 'latin1'), file);
    } finally {
      closeSync(fd);
    }
  } catch (thrown) {
    return E.left(`cannot be read: ${systemErrorText(thrown)}`);
  }
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
