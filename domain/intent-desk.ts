import type { MaglevEvent } from './events.js';
import { type IntentMemory, nothingRemembered } from './intent-memory.js';
import type { Intents } from './operator.js';

/** What was kept; or why that is not known, and must not be written over therefore. */
export type LoadedIntents = ReadIntents | UnreadIntents;

interface ReadIntents {
  readonly kind: 'read';
  readonly intents: Intents;
  /** What was wrong with some or all of it, and what was done about it; null = nothing. */
  readonly problem: string | null;
  /** Where it lay until now; absent: where it belongs. */
  readonly moved?: { readonly from: string; readonly to: string };
}

interface UnreadIntents {
  /** nowhere: there is no place to keep anything, so that nothing was lost; busy: another maglevd keeps it. */
  readonly kind: 'unread' | 'nowhere' | 'busy';
  readonly problem: string;
}

/** When a disk that hangs is worth a record. */
export const SLOW_MS = 5000;
/** How long after a failure it is tried again. */
const RETRY_MS = 30_000;
/** How often it is looked whether another maglevd has let go of the state: a spare takes over within seconds. */
const BUSY_MS = 2000;

/** What the log is to be told, and after how many milliseconds the disk is to be tried again; null = not by itself. */
export interface DiskNews {
  readonly news: readonly MaglevEvent[];
  readonly retryMs: number | null;
}

/**
 * What operators asked for, and what is known of it on the disk. Of several changes the newest is written. What was kept
 * before and could not be read is never written over.
 */
export class IntentDesk {
  memory: IntentMemory = nothingRemembered;
  /** null = it has not been read. */
  #found: Intents | null = null;
  /** What is on the disk, so far as is known. */
  #stored: Intents | null = null;
  /** Why nothing was found yet, as everybody was told; null = nobody was told anything. */
  #unread: string | null = null;
  /** Why what is to be kept is not, as the log was told; null = it is, or nothing is known yet. */
  #failure: string | null = null;

  /** What an earlier process kept; null = that is not known yet. */
  get found(): Intents | null {
    return this.#found;
  }

  /** What is to be done with the disk next; null = nothing. */
  get due(): 'load' | 'save' | null {
    if (this.#found === null) return 'load';
    const { whole, intents } = this.memory;
    return whole && intents !== this.#stored ? 'save' : null;
  }

  /** Nothing is due, and all that operators asked for is part of what is kept. Then nothing has failed any more. */
  settles(): boolean {
    const settled = this.due === null && this.memory.whole;
    if (settled) this.#failure = null;
    return settled;
  }

  /** For those whose words are in force and on no disk. */
  get warning(): string {
    return notKept(this.#unread ?? '');
  }

  /** The disk has given what it has. */
  read({ intents, problem, moved }: ReadIntents): DiskNews {
    const news: MaglevEvent[] = [];
    if (problem !== null)
      news.push({ name: 'operator-state-lost', level: 'error', fields: { error: problem } });
    if (moved !== undefined) news.push({ name: 'operator-state-moved', level: 'info', fields: moved });
    if (this.#unread !== null) {
      const weights = [...intents.values()].filter(({ kind }) => kind === 'weight').length;
      const fields = { backends: intents.size - weights, weights };
      news.push({ name: 'operator-state-found', level: 'warn', fields });
    }
    this.#found = intents;
    this.#stored = intents;
    return { news, retryMs: null };
  }

  /** It has not, or not in time. */
  unread({ kind, problem }: UnreadIntents): DiskNews {
    const news: MaglevEvent[] = [];
    const again = this.#unread === problem;
    this.#unread = problem;
    const fields = { error: problem };
    if (kind === 'unread')
      news.push({ name: 'operator-state-lost', level: again ? 'debug' : 'error', fields });
    if (kind === 'busy' && !again) news.push({ name: 'state-dir-shared', level: 'error', fields });
    if (kind === 'nowhere' || this.memory.said.size > 0) news.push(this.#failed(problem));
    return { news, retryMs: kind === 'busy' ? BUSY_MS : RETRY_MS };
  }

  /** These are on the disk now, which took so long. */
  saved(intents: Intents, tookMs: number): DiskNews {
    const ms = Math.round(tookMs);
    const worthTelling = ms >= SLOW_MS || this.#failure !== null;
    this.#failure = null;
    this.#stored = intents;
    return {
      news: worthTelling ? [{ name: 'operator-state-kept', level: 'info', fields: { ms } }] : [],
      retryMs: null,
    };
  }

  unsaved(error: string): DiskNews {
    return { news: [this.#failed(error)], retryMs: RETRY_MS };
  }

  #failed(error: string): MaglevEvent {
    const level = this.#failure === error ? 'debug' : 'error';
    this.#failure = error;
    return { name: 'operator-state-not-kept', level, fields: { error } };
  }
}

/** For those whose words could not be kept for this reason. */
export function notKept(reason: string): string {
  return `in force, but not kept: a restart of maglevd forgets it; ${reason}`;
}
