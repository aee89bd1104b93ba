import { stateOf, type ToldEvent, type Topic } from '../domain/events.js';
import type { Event, LogEvent } from './generated/maglev.js';
import { nanoseconds } from './nanoseconds.js';

/** Words about the stream itself. */
export function aboutStream(event: NonNullable<Event['event']>, atMs: number): Event {
  return { seq: 0n, atNs: nanoseconds(atMs), replay: false, event };
}

/** An event as the log has it. Made once, however many watch. */
export const logMessage = remembered((told) => message(told, { $case: 'log', value: logEvent(told) }));

/** The same, as the change of state that it is; as the log has it when it is none. Made once, however many watch. */
export const stateMessage = remembered((told) => {
  const { event } = told;
  switch (event.name) {
    case 'backend-transition': {
      const { backend, from, to, reason, code } = event.fields;
      return message(told, { $case: 'backend', value: { backend, from, to, reason, code: code ?? '' } });
    }
    case 'frontend-transition':
      return message(told, { $case: 'frontend', value: { ...event.fields } });
    default: {
      const topic = stateOf(event)?.topic;
      const $case = topic === 'vpp' || topic === 'sync' || topic === 'config' ? topic : 'log';
      return message(told, { $case, value: logEvent(told) });
    }
  }
});

/** What is true at the beginning of a stream: nothing of it happens now. */
export function replayMessage(told: ToldEvent): Event {
  const { event, ...rest } = stateMessage(told);
  if (event?.$case !== 'backend' && event?.$case !== 'frontend') return { ...rest, replay: true, event };
  const now = { ...event.value, from: event.value.to };
  return { ...rest, replay: true, event: { ...event, value: now } as Event['event'] };
}

/** As which of the two it comes to somebody who asked for those topics. */
export function messageFor(topics: ReadonlySet<Topic>): (told: ToldEvent) => Event {
  return (told) => {
    const topic = stateOf(told.event)?.topic;
    return topic !== undefined && topics.has(topic) ? stateMessage(told) : logMessage(told);
  };
}

function message({ seq, at }: ToldEvent, event: NonNullable<Event['event']>): Event {
  return { seq: BigInt(seq), atNs: nanoseconds(at), replay: false, event };
}

function logEvent({ event }: ToldEvent): LogEvent {
  const attrs = Object.entries(event.fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ key, value: typeof value === 'string' ? value : jsonOf(value) }));
  return { level: event.level, msg: event.name, attrs };
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? part.toString() : part)) ?? '';
}

function remembered(make: (told: ToldEvent) => Event): (told: ToldEvent) => Event {
  const made = new WeakMap<ToldEvent, Event>();
  return (told) => {
    const known = made.get(told);
    if (known !== undefined) return known;
    const fresh = make(told);
    made.set(told, fresh);
    return fresh;
  };
}
