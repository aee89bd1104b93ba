import type { MaglevEvent } from '../domain/events.js';
import type { FreeLogger, Logger } from '../protocol/log.js';

/** Tells what a rule of domain/ has found worth telling. */
export function tellNews(log: Logger, news: Iterable<MaglevEvent>): void {
  // That the three of an event belong together its own type says; the compiler cannot see that in their union.
  const { log: tell }: FreeLogger = log as FreeLogger;
  for (const { level, name, fields } of news) tell(level, name, { ...fields });
}
