import type { EventsOptions } from '../../actors/events.js';
import type { LogLevelOptions } from '../../actors/log-level.js';
import type { RecorderOptions } from '../../actors/recorder.js';
import { EventMemory } from '../../domain/event-memory.js';

/** Collects nothing, for whoever runs the tree without a teller of events. */
export function noEvents(): EventsOptions {
  return { source: { name: 'silence', tell: () => true }, memory: new EventMemory('none') };
}

/** For whoever runs the tree without a log that could be changed. */
export function noLog(): LogLevelOptions {
  return { configured: 'info', printer: { name: 'silence', tell: () => true } };
}

/** For whoever runs the tree without a place for records. */
export function noRecorder(): RecorderOptions {
  return {
    program: { version: '', commit: null, date: null, node: '', pid: 0, startedAt: 0 },
    describe: () => null,
    store: { keep: () => Promise.reject(new Error('there is no place for records')) },
  };
}
