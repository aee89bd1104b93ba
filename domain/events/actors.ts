import { event, field, maybe } from './event.js';

/** What becomes of the parts of maglevd; docs/kernel.md explains them. */
export const actorEvents = {
  'actor-crash': event(['error', 'debug'], 'a part of maglevd failed; one that was ending already: debug', {
    path: field<string>(),
    incarnation: maybe<number>('which life it was'),
    message: maybe<string | null>('the one that it handled'),
    error: field<string>(),
    stack: field<string | undefined>(),
  }),
  'actor-restart': event(['warn'], 'it is restarted', {
    path: field<string>(),
    reason: field<string>(),
    restarts: field<number>(),
    delayMs: field<number>(),
    siblings: field<number>('how many others are restarted with it'),
  }),
  'actor-escalate': event(['error'], 'it failed too often, and what is above it fails too', {
    path: field<string>(),
    child: field<string>(),
    restarts: field<number>(),
    error: field<string>(),
  }),
  'actor-abandoned': event(['error'], 'it did not end in time', {
    path: field<string>(),
    incarnation: field<number>(),
    message: field<string | null>('the one that it handled'),
    deadlineMs: field<number>(),
  }),
  'dead-letter': event(['debug'], 'a message to a part that had ended', {
    to: field<string>(),
    reason: field<string>(),
    message: field<string>(),
  }),
} as const;
