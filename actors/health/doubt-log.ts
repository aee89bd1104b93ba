import type { BackendState } from '../../domain/health.js';
import { nameText } from '../../domain/name.js';
import type { Logger } from '../../protocol/log.js';

/** A backend cannot be judged any more, for a reason that is ours, or can be judged again. */
export interface DoubtNews {
  readonly type: 'doubt-news';
  readonly backend: string;
  readonly state: BackendState;
  /** How the doubtful probe ended, or the first one behind the doubt. */
  readonly code: string;
  readonly detail: string;
  /** null = it begins; otherwise it is over, and lasted so many milliseconds. */
  readonly lastedMs: number | null;
}

/** What happens to many backends within this is told in one record. */
export const GATHER_MS = 1000;

interface Gathered {
  readonly over: boolean;
  readonly code: string;
  /** Behind the one that was told by itself. */
  names: string[];
  detail: string;
}

/**
 * Tells of doubts in the log, by their cause. What is wrong with us is wrong for all backends at once: the first is
 * told at once and by itself; the others that follow with the same code, in one record for each second.
 */
export class DoubtLog {
  readonly #gathered = new Map<string, Gathered>();
  readonly #log: Logger;
  readonly #later: (key: string) => void;

  /** `later` calls `tellGathered` with that key, GATHER_MS from now. */
  constructor(log: Logger, later: (key: string) => void) {
    this.#log = log;
    this.#later = later;
  }

  add({ backend, state, code, detail, lastedMs }: DoubtNews): void {
    const over = lastedMs !== null;
    const key = `${over} ${code}`;
    const gathered = this.#gathered.get(key);
    if (gathered !== undefined) {
      gathered.names.push(backend);
      gathered.detail = detail;
      return;
    }
    this.#gathered.set(key, { over, code, names: [], detail });
    this.#later(key);
    if (over) this.#log.log('info', 'backend-doubt-over', { backend, state, forMs: lastedMs });
    else this.#log.log('warn', 'backend-doubt', { backend, state, code, detail });
  }

  tellGathered(key: string): void {
    const gathered = this.#gathered.get(key);
    if (gathered === undefined) return;
    const { over, code, names, detail } = gathered;
    if (names.length === 0) {
      this.#gathered.delete(key);
      return;
    }
    gathered.names = [];
    this.#later(key);
    const fields = { more: names.length, backends: names.map(nameText).join(' ') };
    if (over) this.#log.log('info', 'backend-doubts-over', fields);
    else this.#log.log('warn', 'backend-doubts', { ...fields, code, detail });
  }
}
