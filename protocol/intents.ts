import type { IntentMemory, LoadedIntents } from '../domain/intent-desk.js';
import type { Intents } from '../domain/operator.js';
import type { Reply } from './address.js';

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

/** Keeps what operators asked for over a restart of maglevd. Either function may take for ever, as a disk may. */
export interface IntentStore {
  /** Never rejects. May be tried again until it has answered `read`. */
  readonly load: () => Promise<LoadedIntents>;
  /** Rejects when it cannot be kept; and always, while what was kept before is unread. */
  readonly save: (intents: Intents) => Promise<void>;
}
