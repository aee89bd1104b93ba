import { lstat, rename } from 'node:fs/promises';
import path from 'node:path';
import type { IntentStore, LoadedIntents } from '../actors/intent-store.js';
import { type Intents, noIntents } from '../domain/operator.js';
import type { Clock } from '../protocol/clock.js';
import { decodeIntents, encodeIntents } from './operator-file.js';
import { makeFolder, readStateFile, writeStateFile } from './state-file.js';

/** At most so many entries are shown that were not understood. */
const SHOWN = 10;

const elsewhere =
  "name a folder that maglevd may write to with --state-dir, or keep nothing with --state-dir ''";

export interface FileStore extends IntentStore {
  /** What is there now, as far as it can be understood. The file is left as it is, and stays unread. */
  readonly peek: () => Promise<Intents>;
}

/**
 * Keeps what operators asked for in `operator.json` of a folder. A file that is damaged is set aside under another
 * name. One that cannot be read or set aside, or that a newer maglevd wrote, is left as it is, and nothing is written.
 */
export function fileStore(folder: string, clock: Pick<Clock, 'now'>): FileStore {
  const file = path.join(folder, 'operator.json');
  /** Why the file must not be written. */
  let unread: string | null = `${file} has not been read`;

  const load = async (): Promise<LoadedIntents> => {
    let text: string | null;
    try {
      await makeFolder(folder);
    } catch (error) {
      // Where no folder can be, no file was. One that is hidden from us makes the same error, but not this lookup.
      const problem = `${folder} cannot be made: ${messageOf(error)}; ${elsewhere}`;
      return { kind: 'unread', problem, nothingLost: await isAbsent(folder) };
    }
    try {
      text = await readStateFile(file);
    } catch (error) {
      return { kind: 'unread', problem: `${file} cannot be read: ${messageOf(error)}; it is left as it is` };
    }
    if (text === null) return { kind: 'read', intents: noIntents, problem: null };
    const decoded = decodeIntents(text);
    switch (decoded.kind) {
      case 'intents': {
        const { intents, bad } = decoded;
        if (bad.length === 0) return { kind: 'read', intents, problem: null };
        const more = bad.length > SHOWN ? ` and ${bad.length - SHOWN} more` : '';
        const entries = `${bad.slice(0, SHOWN).join(', ')}${more}`;
        return {
          kind: 'read',
          intents,
          problem: `${file}: what is not understood was dropped, all else is in force: ${entries}`,
        };
      }
      case 'newer':
        return { kind: 'unread', problem: `${file} ${decoded.problem}; it is left as it is` };
      case 'corrupt':
        return setAside(decoded.problem);
    }
  };

  const setAside = async (problem: string): Promise<LoadedIntents> => {
    const aside = `${file}.corrupt-${clock.now()}`;
    try {
      await rename(file, aside);
      return {
        kind: 'read',
        intents: noIntents,
        problem: `${file} ${problem}; it was set aside as ${aside}`,
      };
    } catch (error) {
      return {
        kind: 'unread',
        problem: `${file} ${problem}, and it cannot be set aside: ${messageOf(error)}; it is left as it is`,
      };
    }
  };

  return {
    load: async () => {
      const loaded = await load();
      unread = loaded.kind === 'read' ? null : loaded.problem;
      return loaded;
    },
    peek: async () => {
      const text = await readStateFile(file).catch(() => null);
      const decoded = text === null ? null : decodeIntents(text);
      return decoded?.kind === 'intents' ? decoded.intents : noIntents;
    },
    save: async (intents) => {
      if (unread !== null) throw new Error(unread);
      await writeStateFile(file, encodeIntents(intents));
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function isAbsent(folder: string): Promise<boolean> {
  try {
    await lstat(folder);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}
