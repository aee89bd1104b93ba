import { decodeIntents, encodeIntents } from '../daemon/intent-file.js';
import type { LoadedIntents } from '../domain/intent-desk.js';
import { noIntents } from '../domain/operator.js';
import type { IntentStore } from '../protocol/intents.js';
import type { ProcessClock } from './lab-clock.js';

export type DiskTrouble = 'slow' | 'hangs' | 'full' | 'read-only';

const QUICK_MS = 3;
const SLOW_MS = 4000;

/**
 * The disk that the state is kept on. The file is written beside and moved into place: whoever loses his process or his
 * disk meanwhile finds the old one.
 */
export class Disk {
  #file: string | null = null;
  readonly troubles = new Set<DiskTrouble>();
  /** Who waits for a disk that hangs. */
  #waiting: (() => void)[] = [];

  /** Told when what was kept was found to be damaged, so that nobody can know it any more. */
  readonly #lost: () => void;

  constructor(lost: () => void) {
    this.#lost = lost;
  }

  /** The power fails, and half of the file is there afterwards. */
  tear(): void {
    this.#file = this.#file?.slice(0, Math.floor(this.#file.length / 2)) ?? null;
  }

  /** It works again. */
  mended(trouble: DiskTrouble): void {
    this.troubles.delete(trouble);
    if (this.troubles.has('hangs')) return;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** As a process with this clock sees it. `isAlive`: a process that is gone writes nothing any more. */
  store(clock: ProcessClock, isAlive: () => boolean): IntentStore {
    let isRead = false;
    const turn = async (): Promise<void> => {
      if (this.troubles.has('hangs')) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      const ms = this.troubles.has('slow') ? SLOW_MS : QUICK_MS;
      await new Promise<void>((resolve) => clock.schedule(ms, resolve));
    };
    return {
      load: async (): Promise<LoadedIntents> => {
        await turn();
        if (this.#file === null) {
          isRead = true;
          return { kind: 'read', intents: noIntents, problem: null };
        }
        const decoded = decodeIntents(this.#file);
        isRead = true;
        if (decoded.kind !== 'intents') {
          this.#file = null;
          this.#lost();
          return { kind: 'read', intents: noIntents, problem: `${decoded.problem}; it was set aside` };
        }
        return { kind: 'read', intents: decoded.intents, problem: null };
      },
      save: async (intents) => {
        const text = encodeIntents(intents, 'lab');
        await turn();
        if (!isRead) throw new Error('what was kept has not been read');
        if (this.troubles.has('full')) throw new Error('ENOSPC: no space left on device, write');
        if (this.troubles.has('read-only')) throw new Error('EROFS: read-only file system, open');
        if (isAlive()) this.#file = text;
      },
    };
  }
}
