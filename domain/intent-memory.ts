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
): { readonly memory: IntentMemory; readonly review: IntentReview; readonly news: readonly MaglevEvent[] } {
  const review = reviewIntents(memory.intents, config, now);
  const news: MaglevEvent[] = [
    ...review.dropped.map((fields) => ({ name: 'operator-intent-dropped', level: 'warn', fields }) as const),
    ...review.fellDormant.map(
      (fields) => ({ name: 'operator-intent-dormant', level: 'warn', fields }) as const,
    ),
    ...review.woke.map((fields) => ({ name: 'operator-intent-back', level: 'warn', fields }) as const),
  ];
  return { memory: holding(memory, review.intents), review, news };
}

function holding(memory: IntentMemory, intents: Intents): IntentMemory {
  return sameIntents(intents, memory.intents) ? memory : { ...memory, intents };
}
