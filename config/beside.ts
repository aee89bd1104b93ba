import type { CaFiles } from './ca-file.js';
import type { TokenFile } from './token-file.js';

/** Files that a config names. */
export interface Beside {
  readonly caFiles: CaFiles;
  readonly tokenFile: TokenFile;
}
