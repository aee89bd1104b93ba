import type { Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';
import type { NactEngine } from './nact-engine.js';

/** What all actors of one system share. */
export interface Services {
  readonly clock: Clock;
  readonly log: Logger;
  readonly engine: Pick<NactEngine, 'worker' | 'wake' | 'dismiss'>;
  readonly deadLetters: DeadLetters;
}

/**
 * Why a message reached nobody: its actor has ended, failed on it, or has no room; or the incarnation that it is from, or
 * for, acts no more.
 */
export type Lost = 'ended' | 'crashed' | 'full' | 'stale';

/** Counts every message that reached nobody. */
export class DeadLetters {
  count = 0;
  readonly #log: Logger;
  #logging = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  record(to: string, reason: Lost, message: unknown): void {
    this.count += 1;
    // A log may pass its records on to an actor. When that one takes no more, its lost record must not be logged.
    if (this.#logging || !this.#log.enabled('debug')) return;
    this.#logging = true;
    this.#log.log('debug', 'dead-letter', { to, reason, message: messageType(message) });
    this.#logging = false;
  }
}

/** The name of a kind of message, for the log: its `type` or `kind`, else what JavaScript calls it. Never throws. */
export function messageType(message: unknown): string {
  if (typeof message === 'object' && message !== null) {
    if ('type' in message && typeof message.type === 'string') return message.type;
    if ('kind' in message && typeof message.kind === 'string') return message.kind;
    return 'object';
  }
  return typeof message === 'string' ? message.slice(0, 40) : typeof message;
}
