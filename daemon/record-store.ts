import { type FileHandle, open, readdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { MaglevError } from '../domain/errors.js';
import { flightPieces } from '../domain/flight-record.js';
import type { RecordStore } from '../protocol/recorder.js';
import { makeFolder } from './state-file.js';

/** The newest ones are kept: whoever asks again and again fills no disk. */
const FILES = 5;

const ours = /^flight-\d{8}T\d{9}Z\.jsonl$/;

/** Keeps records in a folder, which it makes; '' = nowhere. */
export function recordStore(folder: string): RecordStore {
  return {
    keep: async (record) => {
      if (folder === '')
        throw new MaglevError('MGL_USAGE', '--state-dir is empty, so there is no folder for it');
      await makeFolder(folder);
      const time = new Date(record.at).toISOString().replaceAll(/[-:.]/g, '');
      const file = path.join(folder, `flight-${time}.jsonl`);
      // It has the addresses of servers and clients in it.
      const handle = await open(file, 'wx', 0o600);
      try {
        for (const piece of flightPieces(record)) await writeAll(handle, piece);
      } finally {
        await handle.close();
      }
      await forgetOld(folder);
      return file;
    },
  };
}

async function writeAll(handle: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  let at = 0;
  while (at < bytes.length) at += (await handle.write(bytes, at)).bytesWritten;
}

/** Their names sort by time. */
async function forgetOld(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => ours.test(name)).sort();
  for (const name of files.slice(0, -FILES)) await unlink(path.join(folder, name));
}
