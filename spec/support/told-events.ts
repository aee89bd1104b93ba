import type { ToldEvent } from '../../domain/events.js';
import type { BackendState } from '../../domain/health.js';

/** A change of a backend's state. */
export function stateTold(seq: number, backend: string, to: BackendState = 'up'): ToldEvent {
  const fields = { backend, from: 'unknown', to, reason: 'spec', code: null } as const;
  return { seq, at: 1000 + seq, event: { name: 'backend-transition', level: 'info', fields } };
}

/** Something that only happened. */
export function logTold(seq: number, level: 'debug' | 'warn' = 'warn'): ToldEvent {
  return level === 'debug'
    ? {
        seq: 0,
        at: 1000,
        event: { name: 'dead-letter', level, fields: { to: `${seq}`, reason: 'ended', message: 'm' } },
      }
    : {
        seq,
        at: 1000 + seq,
        event: { name: 'probe-stall', level, fields: { thread: `main ${seq}`, stallMs: seq } },
      };
}

/** What a client knows at the end: the last state of everything. */
export function statesIn(events: readonly ToldEvent[]): Map<string, string> {
  const states = new Map<string, string>();
  for (const { event } of events)
    if (event.name === 'backend-transition') states.set(event.fields.backend, event.fields.to);
  return states;
}
