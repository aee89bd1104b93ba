import { MaglevError } from '../../domain/errors.js';
import type { Address } from '../../protocol/address.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { Belongings } from './belongings.js';
import type { ActorEnd, ActorRef, ActorSpec, AnyRef, Context } from './contract.js';
import { runAs } from './fence.js';
import type { Incarnation } from './incarnation.js';
import { ask, askerStopped, calleeStopped } from './question.js';
import { Ref } from './ref.js';
import type { Services } from './services.js';
import { finished, toError } from './supervision.js';

const nothing: Cancel = () => {};

/** What one incarnation can do. Every function checks that the incarnation still may. */
export function makeContext<M>(incarnation: Incarnation<M>, services: Services): Context<M> {
  const { host, belongings } = incarnation;
  const { path } = host;
  const { deadLetters } = services;

  const toSelf = (message: M): void => {
    host.accept({ message, question: null, origin: incarnation });
  };

  /** Makes a message of what happened, and sends it to the incarnation; to nobody once it was told to end. */
  const deliver = (happened: unknown, make: () => M): void => {
    if (!incarnation.active) {
      deadLetters.record(path, 'stale', happened);
      return;
    }
    let message: M;
    try {
      message = runAs(incarnation, make);
    } catch (thrown) {
      incarnation.fail(thrown);
      return;
    }
    toSelf(message);
  };

  /** Sets up what sends itself `message`; nothing once it was told to end. */
  const sending = (message: M, begin: (send: () => void) => Cancel): Cancel => {
    if (incarnation.active) return begin(() => toSelf(message));
    deadLetters.record(path, 'stale', message);
    return nothing;
  };

  const functions: Omit<Context<M>, 'signal'> = {
    self: host.ref,
    path,
    isRestart: incarnation.number > 1,
    log: services.log,
    clock: boundClock(services.clock, incarnation),

    spawn: <C>(spec: ActorSpec<C>): ActorRef<C> => {
      if (!incarnation.active) {
        throw new MaglevError('MGL_ACTOR_STOPPED', `${path} is ending and cannot spawn ${spec.name}`);
      }
      return host.adopt(incarnation.foundFamily(), spec);
    },

    alias: <C>(name: string) => {
      let bound: Address<C> | null = null;
      return {
        name: `${path}/${name}`,
        bind: (to: Address<C>) => {
          bound = to;
        },
        tell: (message: C) => {
          if (bound !== null && incarnation.phase !== 'ended') return bound.tell(message);
          deadLetters.record(`${path}/${name}`, 'ended', message);
          return false;
        },
      };
    },

    stopChild: async (child: AnyRef, reason: MaglevError | null = null): Promise<void> => {
      const actor = Ref.actorBehind(child);
      if (actor.hasEnded()) return;
      const { family } = incarnation;
      if (family === null || !family.includes(actor)) {
        throw new Error(`${path} cannot stop ${actor.path}, which is not its child`);
      }
      await family.stop(actor, reason);
    },

    stopSelf: () => incarnation.end(finished),

    ask: (target, question, options) => {
      if (incarnation.mayAsk) return ask(services.clock, belongings.asked, target, question, options);
      deadLetters.record(target.name, 'stale', `a question of ${path}`);
      const refused = Promise.reject(askerStopped(path));
      refused.catch(() => {});
      return refused;
    },

    relay: (target, message) => {
      // An actor that refuses says why by failing the question; any other address only returns false.
      if (!target.tell(message)) message.reply?.fail(calleeStopped(target.name));
    },

    after: (ms, message) => sending(message, (send) => belongings.after(belongings.senders, ms, send)),

    every: (ms, message, { immediate = false } = {}) =>
      sending(message, (send) => {
        const cancel = belongings.every(ms, send);
        if (immediate) send();
        return cancel;
      }),

    pipe: <T>(promise: Promise<T>, ok: (value: T) => M, failed: (error: Error) => M): void => {
      promise.then(
        (value) => deliver(value, () => ok(value)),
        (thrown: unknown) => deliver(thrown, () => failed(toError(thrown))),
      );
    },

    watch: (ref: AnyRef, message: (end: ActorEnd) => M): void => {
      const actor = Ref.actorBehind(ref);
      if (!incarnation.active) return;
      const { senders } = belongings;
      const watching = { stop: nothing };
      const place = senders.add(watching);
      watching.stop = actor.onEnd((end) => {
        senders.takeOut(place);
        deliver(end, () => message(end));
      });
    },
  };
  return Object.assign(new Signalled(belongings), functions);
}

/** Whose signal is made when somebody asks for it. Written into each object, it would give each a hidden class of its own. */
class Signalled {
  readonly #belongings: Belongings;
  constructor(belongings: Belongings) {
    this.#belongings = belongings;
  }
  get signal(): AbortSignal {
    return this.#belongings.signal;
  }
}

/** `clock`, with timers that end with the incarnation, and that crash it when they throw. */
function boundClock<M>(clock: Clock, incarnation: Incarnation<M>): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    random: () => clock.random(),
    schedule: (ms, run) => {
      if (incarnation.phase === 'ended') return nothing;
      const { belongings } = incarnation;
      return belongings.after(belongings.codeTimers, ms, () => {
        try {
          runAs(incarnation, run);
        } catch (thrown) {
          incarnation.fail(thrown);
        }
      });
    },
  };
}
