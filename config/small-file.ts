import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { systemErrorText } from './system-error.js';

/**
 * The bytes of a file beside the config, one character each. The left side is why it cannot be used, as the end of a
 * sentence that its name begins. Waits for the disk: not for a thread that has something else to do.
 */
export function readSmallFile(file: string, maxBytes: number): E.Either<string, string> {
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
