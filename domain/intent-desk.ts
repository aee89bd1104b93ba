import type { MaglevConfig } from './config.js';
import type { MaglevEvent } from './events.js';
import { type IntentReview, reviewIntents } from './intent-review.js';
import { type Intents, mergeIntents, noIntents, type Subject, sameIntents } from './operator.js';

/** What operators asked for, as far as it is known. */
export interface IntentMemory {
  readonly intents: Intents;
  /** What was kept before is part of them. Nothing is written until it is. */
  readonly whole: boolean;
  /** What operators spoke of while they were not whole: it counts more than what may be found about it yet. */
  readonly said: ReadonlySet<Subject>;
}

export const nothingRemembered: IntentMemory = { intents: noIntents, whole: false, said: new Set() };

/** With what is left after somebody spoke of `subjects`. */
export function withSaid(memory: IntentMemory, intents: Intents, subjects: readonly Subject[]): IntentMemory {
  const { whole, said } = memory;
  return { ...holding(memory, intents), said: whole ? said : new Set([...said, ...subjects]) };
}

/** With what an earlier process kept, which is the very same value if nothing is another: that is not written again. */
export function withFound({ intents, said }: IntentMemory, found: Intents): IntentMemory {
  const merged = mergeIntents(found, intents, said);
  return { intents: sameIntents(merged, found) ? found : merged, whole: true, said: new Set() };
}

/** Which of them hold under this config; the same memory when all do. Nothing goes without a word. */
export function reviewed(
  memory: IntentMemory,
  config: MaglevConfig,
  now: number,
): {
  readonly memory: IntentMemory;
  readonly review: Omit<IntentReview, 'intents'>;
  readonly news: readonly MaglevEvent[];
} {
  const { intents, ...review } = reviewIntents(memory.intents, config, now);
  const news: MaglevEvent[] = [
    ...review.dropped.map((fields) => ({ name: 'operator-intent-dropped', level: 'warn', fields }) as const),
    ...review.fellDormant.map(
      (fields) => ({ name: 'operator-intent-dormant', level: 'warn', fields }) as const,
    ),
    ...review.woke.map((fields) => ({ name: 'operator-intent-back', level: 'warn', fields }) as const),
  ];
  return { memory: holding(memory, intents), review, news };
}

function holding(memory: IntentMemory, intents: Intents): IntentMemory {
  return sameIntents(intents, memory.intents) ? memory : { ...memory, intents };
}

/** What was kept; or why that is not known, and must not be written over therefore. */
export type LoadedIntents =
  | {
      readonly kind: 'read';
      readonly intents: Intents;
      /** What was wrong with some or all of it, and what was done about it; null = nothing. */
      readonly problem: string | null;
      /** Where it lay until now; absent: where it belongs. */
      readonly moved?: { readonly from: string; readonly to: string };
    }
  /** nowhere: there is no place to keep anything, so that nothing was lost; busy: another maglevd keeps it. */
  | { readonly kind: 'unread' | 'nowhere' | 'busy'; readonly problem: string };

/** What came of one access to the disk; `tookMs`: how long that took; `error`: null = these are on the disk now. */
export type DiskDone =
  | LoadedIntents
  | {
      readonly kind: 'saved';
      readonly intents: Intents;
      readonly tookMs: number;
      readonly error: string | null;
    };

/** When a disk that hangs is worth a record. */
export const SLOW_MS = 5000;
/** How long after a failure it is tried again. */
const RETRY_MS = 30_000;
/** How often it is looked whether another maglevd has let go of the state: a spare takes over within seconds. */
const BUSY_MS = 2000;

/**
 * What operators asked for, and what is known of it on the disk. Of several changes the newest is written. What was kept
 * before and could not be read is never written over.
 */
export class IntentDesk {
  memory: IntentMemory = nothingRemembered;
  /** What an earlier process kept; null = that is not known yet. */
  found: Intents | null = null;
  /** What is on the disk, so far as is known. */
  #stored: Intents | null = null;
  /** Why nothing was found yet, as everybody was told; null = nobody was told anything. */
  #unread: string | null = null;
  /** Why what is to be kept is not, as the log was told; null = it is, or nothing is known yet. */
  #failure: string | null = null;

  /** What is to be done with the disk next; null = nothing. */
  get due(): 'load' | 'save' | null {
    if (this.found === null) return 'load';
    return this.memory.whole && this.memory.intents !== this.#stored ? 'save' : null;
  }

  /** Nothing is due, and all that operators asked for is part of what is kept. Then nothing has failed any more. */
  settles(): boolean {
    const settled = this.due === null && this.memory.whole;
    if (settled) this.#failure = null;
    return settled;
  }

  /** For those whose words are in force and on no disk; null: that is not known of any. */
  get warning(): string | null {
    const why = this.found === null ? (this.#unread ?? '') : this.#failure;
    return why === null ? null : `in force, but not kept: a restart of maglevd forgets it; ${why}`;
  }

  /**
   * The disk has answered, or does not: what the log is to be told, and after how many milliseconds it is to be tried
   * again; null = not by itself.
   */
  hear(done: DiskDone): { readonly news: readonly MaglevEvent[]; readonly retryMs: number | null } {
    if (done.kind === 'read') return { news: this.#read(done), retryMs: null };
    if (done.kind !== 'saved')
      return { news: this.#notRead(done), retryMs: done.kind === 'busy' ? BUSY_MS : RETRY_MS };
    if (done.error !== null) return { news: [this.#failed(done.error)], retryMs: RETRY_MS };
    const ms = Math.round(done.tookMs);
    const worthTelling = ms >= SLOW_MS || this.#failure !== null;
    this.#failure = null;
    this.#stored = done.intents;
    return {
      news: worthTelling ? [{ name: 'operator-state-kept', level: 'info', fields: { ms } }] : [],
      retryMs: null,
    };
  }

  #read({ intents, problem, moved }: LoadedIntents & { readonly kind: 'read' }): readonly MaglevEvent[] {
    const news: MaglevEvent[] = [];
    if (problem !== null)
      news.push({ name: 'operator-state-lost', level: 'error', fields: { error: problem } });
    if (moved !== undefined) news.push({ name: 'operator-state-moved', level: 'info', fields: moved });
    if (this.#unread !== null) {
      const weights = [...intents.values()].filter(({ kind }) => kind === 'weight').length;
      const fields = { backends: intents.size - weights, weights };
      news.push({ name: 'operator-state-found', level: 'warn', fields });
    }
    this.found = intents;
    this.#stored = intents;
    return news;
  }

  #notRead({ kind, problem }: Exclude<LoadedIntents, { kind: 'read' }>): readonly MaglevEvent[] {
    const news: MaglevEvent[] = [];
    const again = this.#unread === problem;
    this.#unread = problem;
    const fields = { error: problem };
    if (kind === 'unread')
      news.push({ name: 'operator-state-lost', level: again ? 'debug' : 'error', fields });
    if (kind === 'busy' && !again) news.push({ name: 'state-dir-shared', level: 'error', fields });
    if (kind === 'nowhere' || this.memory.said.size > 0) news.push(this.#failed(problem));
    return news;
  }

  #failed(error: string): MaglevEvent {
    const level = this.#failure === error ? 'debug' : 'error';
    this.#failure = error;
    return { name: 'operator-state-not-kept', level, fields: { error } };
  }
}
