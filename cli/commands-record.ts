import { type FileHandle, open, unlink } from 'node:fs/promises';
import { MaglevError } from '../domain/errors.js';
import { nameText } from '../domain/name.js';
import { type Command, success } from './command.js';
import { label, plain } from './text.js';

/** The flight recorder. */
export const recordCommand: Command = {
  usage: 'record <file>',
  json: 'an object with `file` and `bytes`',
  help: 'write what maglevd knows of the last minutes to a new file, for whoever looks into a problem later',
  slow: true,
  run: async ({ client }, { file = '' }) => {
    const maglevd = await client();
    const handle = await openNew(file);
    let bytes = 0;
    try {
      bytes = await maglevd.record(async (text) => {
        await handle.appendFile(text);
      });
    } catch (error) {
      // Half of one helps nobody.
      await unlink(file).catch(() => {});
      throw error instanceof Error && 'errno' in error ? cannotWrite(file, error) : error;
    } finally {
      await handle.close();
    }
    return success([[label('record'), plain(` ${nameText(file)}: ${bytes} bytes`)]], { file, bytes });
  },
};

async function openNew(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx', 0o600);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

function cannotWrite(file: string, error: unknown): MaglevError {
  const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
  const why = exists ? 'it exists already' : error instanceof Error ? error.message : String(error);
  return new MaglevError('MGL_OUTPUT', `cannot write ${nameText(file)}: ${why}`);
}
