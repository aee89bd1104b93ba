import type { Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';
import type { DeadLetters } from './dead-letters.js';
import type { Engine } from './nact-engine.js';

/** What all actors of one system share. */
export interface Services {
  readonly clock: Clock;
  readonly log: Logger;
  readonly engine: Engine;
  readonly deadLetters: DeadLetters;
}
