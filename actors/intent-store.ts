import { type Intents, noIntents } from '../domain/operator.js';

/** What was kept; or why that is not known, and must not be overwritten therefore. */
export type LoadedIntents =
  | {
      readonly kind: 'read';
      readonly intents: Intents;
      /** What was wrong with some or all of it, and what was done about it; null = nothing. */
      readonly problem: string | null;
    }
  | {
      readonly kind: 'unread';
      readonly problem: string;
      /** There is nowhere to keep anything, so that nothing can have been kept before. Default false. */
      readonly nothingLost?: boolean;
    }
  /** Somebody else keeps them. What there is now, for the time being; nothing is kept until it is loaded for good. */
  | { readonly kind: 'foreign'; readonly problem: string; readonly intents: Intents };

/** Keeps what operators asked for over a restart of maglevd. Either function may take for ever, as a disk may. */
export interface IntentStore {
  /** Never rejects. May be tried again until it has answered `read`. */
  readonly load: () => Promise<LoadedIntents>;
  /** Rejects when it cannot be kept; and always, while what was kept before is unread. */
  readonly save: (intents: Intents) => Promise<void>;
}

/** Keeps nothing beyond this process; over a crash of the actor it does. */
export function memoryStore(): IntentStore {
  let kept = noIntents;
  return {
    load: async () => ({ kind: 'read', intents: kept, problem: null }),
    save: async (intents) => {
      kept = intents;
    },
  };
}
