import type { IntentStore } from '../actors/intent-store.js';
import { type FileLockOutcome, lockFolder } from '../linux/file-lock.js';
import type { Logger } from '../protocol/log.js';
import type { FileStore } from './operator-store.js';
import { makeFolder } from './state-file.js';

export interface ExclusiveStore {
  readonly store: IntentStore;
  /** Lets another maglevd have the folder. */
  readonly release: () => void;
}

/**
 * A store in a folder that one maglevd writes to. While another one does, `store` is only read, again and again: each
 * would erase what the other one wrote, and whoever takes over should know what operators have said by then.
 */
export function exclusiveStore(folder: string, store: FileStore, log: Logger): ExclusiveStore {
  let lock: FileLockOutcome = null;
  let told = false;
  const load = async (): ReturnType<IntentStore['load']> => {
    // Whether there can be such a folder is told by the store.
    await makeFolder(folder).catch(() => {});
    if (lock === null || lock === 'busy') lock = lockFolder(folder);
    if (lock !== 'busy') {
      told = false;
      return store.load();
    }
    const problem = `another maglevd keeps its state in ${folder}`;
    if (!told) log.log('error', 'state-dir-shared', { error: problem });
    told = true;
    return { kind: 'foreign', problem, intents: await store.peek() };
  };
  return {
    store: {
      load,
      save: async (intents) => {
        if (lock === 'busy') throw new Error(`another maglevd keeps its state in ${folder}`);
        await store.save(intents);
      },
    },
    release: () => {
      if (lock !== null && lock !== 'busy') lock.release();
      lock = null;
    },
  };
}
