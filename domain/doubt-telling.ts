import type { BackendLife } from './backend-life.js';
import type { MaglevEvent } from './events.js';
import type { BackendState } from './health.js';
import { nameText } from './name.js';

/** A backend cannot be judged any more, for a reason that is ours, or can be judged again. */
export interface DoubtNews {
  readonly backend: string;
  readonly state: BackendState;
  /** How the doubtful probe ended, or the first one behind the doubt. */
  readonly code: string;
  readonly detail: string;
  /** null = it begins; otherwise it is over, and lasted so many milliseconds. */
  readonly lastedMs: number | null;
}

/** Has a doubt come or gone, or does it have another cause? `now`: milliseconds since the epoch. */
export function doubtNews(
  backend: string,
  before: BackendLife['doubt'],
  { state, doubt }: BackendLife,
  now: number,
): DoubtNews | null {
  if (before?.result.code === doubt?.result.code) return null;
  const about = (doubt ?? before)?.result;
  if (about === undefined) return null;
  const lastedMs = doubt === null && before !== null ? now - before.since : null;
  return { backend, state, code: about.code, detail: about.detail, lastedMs };
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

/** What is told now; `later`: under this key more may have gathered GATHER_MS later. */
export interface DoubtsTold {
  readonly news: readonly MaglevEvent[];
  readonly later: string | null;
}

const nothingToTell: DoubtsTold = { news: [], later: null };

/**
 * Tells of doubts by their cause. What is wrong with us is wrong for all backends at once: the first is told at once and
 * by itself; the others that follow with the same code, in one record for each second.
 */
export class DoubtTelling {
  readonly #gathered = new Map<string, Gathered>();

  add({ backend, state, code, detail, lastedMs }: DoubtNews): DoubtsTold {
    const over = lastedMs !== null;
    const later = `${over} ${code}`;
    const gathered = this.#gathered.get(later);
    if (gathered !== undefined) {
      gathered.names.push(backend);
      gathered.detail = detail;
      return nothingToTell;
    }
    this.#gathered.set(later, { over, code, names: [], detail });
    return over
      ? {
          news: [{ name: 'backend-doubt-over', level: 'info', fields: { backend, state, forMs: lastedMs } }],
          later,
        }
      : { news: [{ name: 'backend-doubt', level: 'warn', fields: { backend, state, code, detail } }], later };
  }

  tellGathered(key: string): DoubtsTold {
    const gathered = this.#gathered.get(key);
    if (gathered === undefined) return nothingToTell;
    const { over, code, names, detail } = gathered;
    if (names.length === 0) {
      this.#gathered.delete(key);
      return nothingToTell;
    }
    gathered.names = [];
    const fields = { more: names.length, backends: names.map(nameText).join(' ') };
    return over
      ? { news: [{ name: 'backend-doubts-over', level: 'info', fields }], later: key }
      : {
          news: [{ name: 'backend-doubts', level: 'warn', fields: { ...fields, code, detail } }],
          later: key,
        };
  }
}
