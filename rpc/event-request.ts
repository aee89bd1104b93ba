import { MaglevError } from '../domain/errors.js';
import type { EventFilter } from '../domain/event-filter.js';
import type { EventPosition } from '../domain/event-memory.js';
import { type EventName, eventCatalogue, type LogLevel, type Topic } from '../domain/events.js';
import type { WatchRequest } from './generated/maglev.js';

const topics = ['backend', 'frontend', 'vpp', 'sync', 'config'] as const satisfies readonly Topic[];

/** What a watcher asked for. Throws MGL_REQUEST_INVALID. */
export function filterOf(request: WatchRequest): EventFilter {
  const wanted = topics.filter((topic) => request[topic] === true);
  const level = levelOf(request.logLevel);
  const events = request.events.map(eventNameOf);
  const unasked = wanted.length === 0 && events.length === 0 && request.log === undefined;
  const hearsLog = request.log === true || (unasked && request.log !== false);
  return {
    level: hearsLog ? level : null,
    topics: new Set(unasked ? topics : wanted),
    names: request.names.length === 0 ? null : new Set(request.names),
    events: new Set(events),
  };
}

/** Where a watcher wants to go on; null = from now on. */
export function positionOf({ sinceSeq, epoch }: WatchRequest): EventPosition | null {
  return sinceSeq === undefined ? null : { epoch, seq: Number(sinceSeq) };
}

function levelOf(word: string | undefined): LogLevel {
  if (word === undefined || word === '') return 'info';
  if (word === 'debug' || word === 'info' || word === 'warn' || word === 'error') return word;
  throw new MaglevError('MGL_REQUEST_INVALID', `log_level "${word}" is none: use debug, info, warn or error`);
}

function eventNameOf(word: string): EventName {
  if (Object.hasOwn(eventCatalogue, word)) return word as EventName;
  throw new MaglevError('MGL_REQUEST_INVALID', `events: there is no event "${word}"`);
}
