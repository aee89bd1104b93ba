import type { Intents, Subject } from '../domain/operator.js';
import type { Reply } from './address.js';

/** What the operator actor knows, and must not lose by a crash. */
export interface IntentMemory {
  readonly intents: Intents;
  /** What was kept before is part of them. Nothing is written until it is. */
  readonly whole: boolean;
  /** What operators spoke of while they were not whole: it counts more than what may be found about it yet. */
  readonly said: ReadonlySet<Subject>;
}

/** What can be asked of whoever keeps the intents. It never waits for the disk; who asks sets himself a limit. */
export type IntentRequest =
  /** What it was told to keep last. */
  | { readonly type: 'recall-intents'; readonly reply: Reply<IntentMemory> }
  /** What was kept before, by an earlier process; null when it cannot be read now. It is tried at once. */
  | { readonly type: 'look-for-intents'; readonly reply: Reply<Intents | null> }
  /** Answered when it is kept: null; or with what is not as it should be. */
  | { readonly type: 'keep-intents'; readonly memory: IntentMemory; readonly reply: Reply<string | null> };

/** What was kept before came to light. */
export interface IntentsFound {
  readonly type: 'intents-found';
  readonly intents: Intents;
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
  | {
      /** nowhere: there is no place to keep anything, so that nothing was lost; busy: another maglevd keeps it. */
      readonly kind: 'unread' | 'nowhere' | 'busy';
      readonly problem: string;
    };

/** Keeps what operators asked for over a restart of maglevd. Either function may take for ever, as a disk may. */
export interface IntentStore {
  /** Never rejects. May be tried again until it has answered `read`. */
  readonly load: () => Promise<LoadedIntents>;
  /** Rejects when it cannot be kept; and always, while what was kept before is unread. */
  readonly save: (intents: Intents) => Promise<void>;
}
