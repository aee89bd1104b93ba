import { lstat, rename } from 'node:fs/promises';
import path from 'node:path';
import type { LoadedIntents } from '../domain/intent-desk.js';
import { noIntents } from '../domain/operator.js';
import { type FileLockOutcome, lockFolder } from '../linux/file-lock.js';
import type { Clock } from '../protocol/clock.js';
import type { IntentStore } from '../protocol/intents.js';
import { decodeIntents, encodeIntents } from './intent-file.js';
import { makeFolder, readStateFile, stateKey, writeStateFile } from './state-file.js';

/** At most so many entries are shown that were not understood. */
const SHOWN = 10;

/** Errors of a lookup that say that there is no such file. */
const nowhere = ['ENOENT', 'ENOTDIR'];

const elsewhere =
  "name a folder that maglevd may write to with --state-dir, or keep nothing with --state-dir ''";

export interface FileStoreOptions {
  /** What --state-dir says. */
  readonly folder: string;
  /** Of VPP's API; '' = no VPP is governed. */
  readonly socketPath: string;
  readonly clock: Pick<Clock, 'now'>;
}

export interface FileStore extends IntentStore {
  /** Lets another maglevd have it. */
  readonly release: () => void;
}

/**
 * Keeps what operators asked for in `operator.json`, in a folder for each VPP, which one maglevd has for itself: of two
 * writers each would erase what the other wrote. A file that is damaged is set aside under another name. One that
 * cannot be read or set aside, or that a newer maglevd wrote, is left as it is, and nothing is written.
 */
export function fileStore({ folder, socketPath, clock }: FileStoreOptions): FileStore {
  const shared = path.join(folder, 'operator.json');
  let lock: FileLockOutcome = null;
  /** Where it is kept, once it was read. */
  let kept: { readonly file: string; readonly vpp: string } | null = null;
  /** Why it must not be written. */
  let unread = `what is in ${folder} has not been read`;
  let moved: { readonly from: string; readonly to: string } | null = null;

  const load = async (): Promise<LoadedIntents> => {
    const { name, vpp } = await stateKey(socketPath);
    const own = path.join(folder, name);
    const file = path.join(own, 'operator.json');
    const why = await makeFolder(own).then(() => null, messageOf);
    if (why === null) {
      if (lock === null || lock === 'busy') lock = lockFolder(own);
      if (lock === 'busy') return busy(own);
    }
    let place = file;
    if ((await isAbsent(file, nowhere)) && !(await isAbsent(shared, nowhere))) {
      const found = await takeOver(file);
      if (found === null) return busy(folder);
      place = found;
    } else if (why !== null) {
      // Where no folder can be, no file was. One that is hidden from us makes the same error, but not this lookup.
      const none = await isAbsent(folder);
      const problem = `${none ? folder : own} cannot be made: ${why}; ${elsewhere}`;
      return { kind: none ? 'nowhere' : 'unread', problem };
    }
    const loaded = await readFrom(place);
    if (loaded.kind !== 'read') return loaded;
    kept = { file, vpp };
    return moved === null ? loaded : { ...loaded, moved };
  };

  /**
   * Takes the file that maglevd kept in `folder` when it did not tell one VPP from another, and says where it lies now.
   * Whoever comes first has it; who governs no VPP leaves it for one who does, and goes on from a copy. A folder that
   * takes nothing is no reason to forget what is in it. null: a maglevd of that time runs, and has locked the folder.
   */
  const takeOver = async (file: string): Promise<string | null> => {
    const old = lockFolder(folder);
    if (old === 'busy') return null;
    try {
      if (socketPath !== '') await rename(shared, file);
      else await writeStateFile(file, (await readStateFile(shared)) ?? '');
      moved = { from: shared, to: file };
      return file;
    } catch {
      return (await isAbsent(shared)) ? file : shared;
    } finally {
      old?.release();
    }
  };

  const readFrom = async (file: string): Promise<LoadedIntents> => {
    let text: string | null;
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
        const problem = `${file}: what is not understood was dropped, all else is in force: ${entries}`;
        return { kind: 'read', intents, problem };
      }
      case 'newer':
        return { kind: 'unread', problem: `${file} ${decoded.problem}; it is left as it is` };
      case 'corrupt':
        return setAside(file, decoded.problem);
    }
  };

  const setAside = async (file: string, problem: string): Promise<LoadedIntents> => {
    const aside = `${file}.corrupt-${clock.now()}`;
    try {
      await rename(file, aside);
    } catch (error) {
      const why = `${file} ${problem}, and it cannot be set aside: ${messageOf(error)}; it is left as it is`;
      return { kind: 'unread', problem: why };
    }
    return { kind: 'read', intents: noIntents, problem: `${file} ${problem}; it was set aside as ${aside}` };
  };

  return {
    load: async () => {
      const loaded = await load().catch(
        (error): LoadedIntents => ({ kind: 'unread', problem: messageOf(error) }),
      );
      if (loaded.kind !== 'read') {
        kept = null;
        unread = loaded.problem;
      }
      return loaded;
    },
    save: async (intents) => {
      if (kept === null) throw new Error(unread);
      await makeFolder(path.dirname(kept.file));
      await writeStateFile(kept.file, encodeIntents(intents, kept.vpp));
    },
    release: () => {
      if (lock !== null && lock !== 'busy') lock.release();
      lock = null;
      kept = null;
    },
  };
}

function busy(folder: string): LoadedIntents {
  return { kind: 'busy', problem: `another maglevd keeps its state in ${folder}` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function isAbsent(file: string, codes: readonly string[] = ['ENOENT']): Promise<boolean> {
  try {
    await lstat(file);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && codes.includes(String(error.code));
  }
}

/** Keeps nothing beyond this process; over a crash of an actor it does. */
export function memoryStore(): IntentStore {
  let kept = noIntents;
  return {
    load: async () => ({ kind: 'read', intents: kept, problem: null }),
    save: async (intents) => {
      kept = intents;
    },
  };
}
