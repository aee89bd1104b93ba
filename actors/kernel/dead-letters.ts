import type { Logger } from '../../protocol/log.js';
import type { DeadLetter } from './contract.js';

/** Counts every message that reached nobody, and keeps the newest for people. */
export class DeadLetters {
  readonly #log: Logger;
  readonly #kept: number;
  readonly #recent: DeadLetter[] = [];
  #count = 0;
  #logging = false;

  constructor(log: Logger, kept: number) {
    this.#log = log;
    this.#kept = kept;
  }

  record(to: string, reason: DeadLetter['reason'], message: unknown): void {
    // The ring's next place is count modulo its length; the oldest letter is overwritten.
    this.#recent[this.#count % this.#kept] = { to, reason, message };
    this.#count += 1;
    // A log may pass its records on to an actor. When that one takes no more, its lost record must not be logged.
    if (this.#logging || !this.#log.enabled('debug')) return;
    this.#logging = true;
    this.#log.log('debug', 'dead-letter', { to, reason, message: messageType(message) });
    this.#logging = false;
  }

  /** `recent` is ordered from the oldest to the newest. */
  view(): { readonly count: number; readonly recent: readonly DeadLetter[] } {
    const split = this.#count > this.#kept ? this.#count % this.#kept : 0;
    return { count: this.#count, recent: [...this.#recent.slice(split), ...this.#recent.slice(0, split)] };
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
