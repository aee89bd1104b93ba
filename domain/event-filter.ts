import { type EventName, type LogLevel, stateOf, type ToldEvent, type Topic } from './events.js';

export const levelRanks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** What a subscriber wants to hear. An event is for him when any part of this wants it. */
export interface EventFilter {
  /** Every event at this level or above, as the log has them; null = none for that reason. */
  readonly level: LogLevel | null;
  /** Every change of state of these kinds. */
  readonly topics: ReadonlySet<Topic>;
  /** Of backends and frontends only those with these names; null = all. */
  readonly names: ReadonlySet<string> | null;
  /** Every event of these kinds. */
  readonly events: ReadonlySet<EventName>;
}

export function wants(filter: EventFilter, { event }: ToldEvent): boolean {
  const { level, topics, names, events } = filter;
  if (level !== null && levelRanks[event.level] >= levelRanks[level]) return true;
  if (events.has(event.name)) return true;
  const state = stateOf(event);
  if (state === null || !topics.has(state.topic)) return false;
  if (names === null || (state.topic !== 'backend' && state.topic !== 'frontend')) return true;
  return names.has(state.thing);
}

/** The lowest level that he must be told at, beside changes of state, which are told whatever their level. */
export function lowestLevel({ level, events }: EventFilter): LogLevel {
  return events.size > 0 ? 'debug' : (level ?? 'info');
}
