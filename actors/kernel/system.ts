import type { Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';
import { Cell } from './cell.js';
import type { ActorEnd, ActorRef, ActorSpec, ActorSystem } from './contract.js';
import { type Child, Family } from './family.js';
import { NactEngine } from './nact-engine.js';
import { ask } from './question.js';
import { DeadLetters, type Services } from './services.js';
import { defaultSupervision } from './supervision.js';

export interface ActorSystemOptions {
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * A tree of actors. The root is supervised like a child with the default supervision: its restart type and three
 * restarts in five seconds decide how often it comes back before the system ends.
 */
export function createActorSystem({ clock, log }: ActorSystemOptions): ActorSystem {
  const deadLetters = new DeadLetters(log);
  const engine = new NactEngine(clock, (error) => {
    log.log('error', 'actor-crash', { path: '/', error: error.message, stack: error.stack });
  });
  const services: Services = { clock, log, engine, deadLetters };
  // When the root fails too often it is gone, and with it everything: nobody is left to escalate to.
  const family = new Family({ path: '/', escalate: () => {} }, defaultSupervision, clock, log);
  let root: Child | null = null;
  let stopping = false;
  let resolveEnded: (end: ActorEnd) => void = () => {};
  const ended = new Promise<ActorEnd>((resolve) => {
    resolveEnded = resolve;
  });

  return {
    start: <M>(spec: ActorSpec<M>): ActorRef<M> => {
      if (root !== null || stopping) throw new Error('an actor system is started once only');
      const cell = new Cell(spec, '', family, services);
      cell.onEnd(resolveEnded);
      void ended.then(() => engine.stop());
      root = cell;
      family.add(cell);
      return cell.ref;
    },
    ask: (target, question, askOptions) => ask(clock, null, target, question, askOptions),
    stop: () => {
      stopping = true;
      return family.close();
    },
    abandon: () => engine.stop(),
    ended,
    describe: () => root?.describe() ?? null,
    deadLetters: () => deadLetters.count,
  };
}
