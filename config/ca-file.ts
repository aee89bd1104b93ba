import path from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { TrustStore } from '../domain/config.js';
import { trustStore } from '../domain/pem.js';
import { readSmallFile } from './small-file.js';

/** Many times what all public authorities have together. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Reads a file of authorities. The left side is why it cannot be used, as the end of a sentence that its name begins. */
export function readCaFile(file: string): E.Either<string, TrustStore> {
  return E.chain((text: string) => trustStore(text, file))(readSmallFile(file, MAX_BYTES));
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
