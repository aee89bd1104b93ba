import type { Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';
import { ask } from './ask.js';
import { Cell } from './cell.js';
import type { ActorDescription, ActorEnd, ActorRef, ActorSpec, ActorSystem } from './contract.js';
import { DeadLetters } from './dead-letters.js';
import { Family } from './family.js';
import { NactEngine } from './nact-engine.js';
import type { Services } from './services.js';
import { defaultSupervision } from './supervision.js';

export interface ActorSystemOptions {
  readonly clock: Clock;
  readonly log: Logger;
}

/** How many dead letters are kept for people. */
const KEPT_DEAD_LETTERS = 100;

/** What is asked of the root's cell, whatever its messages are. */
interface Root {
  readonly describe: () => ActorDescription;
}

/**
 * A tree of actors. The root is supervised like a child with the default supervision: its restart type and three
 * restarts in five seconds decide how often it comes back before the system ends.
 */
export function createActorSystem(options: ActorSystemOptions): ActorSystem {
  const { clock, log } = options;
  const deadLetters = new DeadLetters(log, KEPT_DEAD_LETTERS);
  const engine = new NactEngine((error) => {
    log.log('error', 'actor-crash', { path: '/', error: error.message, stack: error.stack });
  }, clock);
  const services: Services = { clock, log, engine, deadLetters };
  // When the root fails too often it is gone, and with it everything: nobody is left to escalate to.
  const family = new Family({ path: '/', escalate: () => {} }, defaultSupervision, clock, log);
  let root: Root | null = null;
  let stopping: Promise<void> | null = null;
  let resolveEnded: (end: ActorEnd) => void = () => {};
  const ended = new Promise<ActorEnd>((resolve) => {
    resolveEnded = resolve;
  });

  return {
    start: <M>(spec: ActorSpec<M>): ActorRef<M> => {
      if (root !== null || stopping !== null) throw new Error('an actor system is started once only');
      const cell = new Cell(spec, '', family, services);
      cell.onEnd((end) => {
        engine.stop();
        resolveEnded(end);
      });
      root = cell;
      family.add(cell);
      return cell.ref;
    },
    ask: (target, question, askOptions) => ask(clock, null, target, question, askOptions),
    stop: () => {
      stopping ??= family.close();
      return stopping;
    },
    ended,
    describe: () => root?.describe() ?? null,
    deadLetters: () => deadLetters.view(),
  };
}
