import type { IntentStore } from '../actors/intent-store.js';
import { type FileLockOutcome, lockFolder } from '../linux/file-lock.js';
import type { Logger } from '../protocol/log.js';
import { makeFolder } from './state-file.js';

/**
 * A store in a folder that one maglevd writes to. While another one does, `store` is only read: each would erase what
 * the other one wrote. That is so until this one is restarted, because what it knows is old by the time the other ends.
 */
export function exclusiveStore(folder: string, store: IntentStore, log: Logger): IntentStore {
  let lock: FileLockOutcome = null;
  return {
    load: async () => {
      // Whether there can be such a folder is told by the store.
      await makeFolder(folder).catch(() => {});
      if (lock === null || lock === 'busy') lock = lockFolder(folder);
      if (lock === 'busy') log.log('error', 'state-dir-shared', { error: shared(folder) });
      return store.load();
    },
    save: async (intents) => {
      if (lock === 'busy') throw new Error(shared(folder));
      await store.save(intents);
    },
  };
}

function shared(folder: string): string {
  return `another maglevd keeps its state in ${folder}: what operators ask of this one is not kept until it is restarted`;
}
