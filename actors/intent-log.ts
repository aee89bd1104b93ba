import type { IntentReview } from '../domain/intent-review.js';
import type { Logger } from '../protocol/log.js';

/** Tells what a change of the config did to what operators had asked for: nothing of it may go without a word. */
export function logReview(log: Logger, { dropped, fellDormant, woke }: IntentReview): void {
  for (const one of dropped) log.log('warn', 'operator-intent-dropped', { ...one });
  for (const one of fellDormant) log.log('warn', 'operator-intent-dormant', { ...one });
  for (const one of woke) log.log('warn', 'operator-intent-back', { ...one });
}
