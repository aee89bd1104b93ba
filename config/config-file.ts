import { constants, type FileHandle, open, stat } from 'node:fs/promises';
import { getSystemErrorMap } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import type { ConfigVerdict } from '../domain/config.js';
import { decodeText } from './utf8.js';

/** Twenty times a config with ten thousand backends; it still fits into memory when it is parsed. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The text of a file; the left side is why it has none, as the end of a sentence. */
export async function readConfigText(file: string): Promise<E.Either<string, string>> {
  try {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const bytes = await readBytes(handle);
      return E.isRight(bytes) ? decodeText(bytes.right) : bytes;
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    return E.left(`cannot be read: ${systemErrorText(thrown)}`);
  }
}

async function readBytes(handle: FileHandle): Promise<E.Either<string, Buffer>> {
  const stats = await handle.stat();
  if (stats.isDirectory()) return E.left('is a directory, not a file');
  if (!stats.isFile()) return E.left('is not a regular file');
  if (stats.size > MAX_BYTES) return E.left(`has ${stats.size} bytes: at most ${MAX_BYTES} are read`);
  return E.right(await handle.readFile());
}

/** How long before `now`, in milliseconds since the epoch, it was written to; 0 if its time is to come, or it is not there. */
export async function sinceChange(file: string, now: number): Promise<number> {
  const changed = await stat(file).catch(() => null);
  // A file of another machine may have another clock's time.
  return changed === null ? 0 : Math.max(0, now - changed.mtimeMs);
}

/** The verdict on a file that has no text; `message` is the end of a sentence. */
export function unreadable(file: string, message: string): ConfigVerdict {
  // The file as a whole is meant, which is line 0.
  const issue = { place: { file, line: 0, column: 0 }, path: '', message };
  return { ok: false, stage: 'read', issues: [issue], warnings: [] };
}

/** `no such file or directory (ENOENT)` */
export function systemErrorText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { errno, code } = thrown as NodeJS.ErrnoException;
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno);
  if (known !== undefined) return `${known[1]} (${known[0]})`;
  return code === undefined ? thrown.message : `${thrown.message} (${code})`;
}
