import { MaglevError } from '../../domain/errors.js';
import type { Address } from '../../protocol/address.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';
import { ask } from './ask.js';
import type { ActorEnd, ActorRef, ActorSpec, Alias, AnyRef, Context } from './contract.js';
import { runAs } from './fence.js';
import type { Incarnation } from './incarnation.js';
import type { Envelope } from './mailbox.js';
import { askerStopped, calleeStopped } from './question.js';
import { Ref } from './ref.js';
import type { Services } from './services.js';
import { finished } from './supervision.js';
import { toError } from './thrown.js';

/** The actor that a context is made for. */
export interface ContextHost<M> {
  readonly ref: ActorRef<M>;
  readonly path: string;
  /** Takes a message into the actor's mailbox. */
  accept(envelope: Envelope<M>): boolean;
  /** Makes an actor and adds it to the family of `incarnation`. */
  adopt<C>(incarnation: Incarnation<M>, spec: ActorSpec<C>): ActorRef<C>;
}

const nothing: Cancel = () => {};

/**
 * What one incarnation can do. Every function checks that the incarnation still may. Each is made when it is first asked for:
 * there are thousands of actors that need two of them.
 */
export class IncarnationContext<M> implements Context<M> {
  readonly #host: ContextHost<M>;
  readonly #incarnation: Incarnation<M>;
  readonly #services: Services;
  #clock: Clock | null = null;
  #ask: Context<M>['ask'] | null = null;
  #after: Context<M>['after'] | null = null;
  #every: Context<M>['every'] | null = null;
  #pipe: Context<M>['pipe'] | null = null;
  #spawn: Context<M>['spawn'] | null = null;

  constructor(host: ContextHost<M>, incarnation: Incarnation<M>, services: Services) {
    this.#host = host;
    this.#incarnation = incarnation;
    this.#services = services;
  }

  get self(): ActorRef<M> {
    return this.#host.ref;
  }

  get path(): string {
    return this.#host.path;
  }

  get isRestart(): boolean {
    return this.#incarnation.number > 1;
  }

  get log(): Logger {
    return this.#services.log;
  }

  get clock(): Clock {
    this.#clock ??= boundClock(this.#services.clock, this.#incarnation);
    return this.#clock;
  }

  get signal(): AbortSignal {
    return this.#incarnation.belongings.signal;
  }

  get spawn(): Context<M>['spawn'] {
    this.#spawn ??= <C>(spec: ActorSpec<C>): ActorRef<C> => {
      if (!this.#incarnation.active) {
        throw new MaglevError('MGL_ACTOR_STOPPED', `${this.path} is ending and cannot spawn ${spec.name}`);
      }
      return this.#host.adopt(this.#incarnation, spec);
    };
    return this.#spawn;
  }

  get alias(): Context<M>['alias'] {
    return <C>(name: string): Alias<C> => {
      const whole = `${this.path}/${name}`;
      let bound: Address<C> | null = null;
      return {
        name: whole,
        bind: (to: Address<C>) => {
          bound = to;
        },
        tell: (message: C) => {
          if (bound !== null && this.#incarnation.phase !== 'ended') return bound.tell(message);
          this.#services.deadLetters.record(whole, 'ended', message);
          return false;
        },
      };
    };
  }

  get stopChild(): Context<M>['stopChild'] {
    return async (child: AnyRef, reason: MaglevError | null = null): Promise<void> => {
      const actor = Ref.actorBehind(child);
      if (actor.hasEnded()) return;
      const { family } = this.#incarnation;
      if (family === null || !family.includes(actor)) {
        throw new Error(`${this.path} cannot stop ${actor.path}, which is not its child`);
      }
      await family.stop(actor, reason);
    };
  }

  get stopSelf(): Context<M>['stopSelf'] {
    return (error?: Error): void => {
      if (error !== undefined) this.#incarnation.fail(error);
      else this.#incarnation.end(finished);
    };
  }

  get ask(): Context<M>['ask'] {
    this.#ask ??= (target, question, options) => {
      const { mayAsk, belongings } = this.#incarnation;
      if (mayAsk) return ask(this.#services.clock, belongings.asked, target, question, options);
      this.#services.deadLetters.record(target.name, 'stale', `a question of ${this.path}`);
      const refused = Promise.reject(askerStopped(this.path));
      refused.catch(() => {});
      return refused;
    };
    return this.#ask;
  }

  get relay(): Context<M>['relay'] {
    return relay;
  }

  get after(): Context<M>['after'] {
    this.#after ??= (ms: number, message: M): Cancel => {
      const { active, belongings } = this.#incarnation;
      if (active) return belongings.timers.after(ms, () => this.#toSelf(message));
      this.#stale(message);
      return nothing;
    };
    return this.#after;
  }

  get every(): Context<M>['every'] {
    this.#every ??= (ms, message, options) => {
      const { active, belongings } = this.#incarnation;
      if (!active) {
        this.#stale(message);
        return nothing;
      }
      const cancel = belongings.timers.every(ms, () => this.#toSelf(message));
      if (options?.immediate === true) this.#toSelf(message);
      return cancel;
    };
    return this.#every;
  }

  get pipe(): Context<M>['pipe'] {
    this.#pipe ??= <T>(promise: Promise<T>, ok: (value: T) => M, failed: (error: Error) => M): void => {
      promise.then(
        (value) => this.#deliver(value, () => ok(value)),
        (thrown: unknown) => this.#deliver(thrown, () => failed(toError(thrown))),
      );
    };
    return this.#pipe;
  }

  get watch(): Context<M>['watch'] {
    return (ref: AnyRef, message: (end: ActorEnd) => M): Cancel => {
      const actor = Ref.actorBehind(ref);
      const { active, belongings } = this.#incarnation;
      if (!active) return nothing;
      let unlisten: Cancel = nothing;
      const cancel = (): void => {
        belongings.watches.delete(cancel);
        unlisten();
      };
      belongings.watches.add(cancel);
      unlisten = actor.onEnd((end) => {
        belongings.watches.delete(cancel);
        this.#deliver(end, () => message(end));
      });
      return cancel;
    };
  }

  #toSelf(message: M): void {
    this.#host.accept({ message, question: null, origin: this.#incarnation });
  }

  #stale(what: unknown): void {
    this.#services.deadLetters.record(this.path, 'stale', what);
  }

  /** Makes a message of what happened, and sends it to the incarnation; to nobody once it was told to end. */
  #deliver(happened: unknown, make: () => M): void {
    const incarnation = this.#incarnation;
    if (!incarnation.active) {
      this.#stale(happened);
      return;
    }
    let message: M;
    try {
      message = runAs(incarnation, make);
    } catch (thrown) {
      incarnation.fail(thrown);
      return;
    }
    this.#toSelf(message);
  }
}

const relay: Context<unknown>['relay'] = (target, message) => {
  // An actor that refuses says why by failing the question; any other address only returns false.
  if (!target.tell(message)) message.reply?.fail(calleeStopped(target.name));
};

/** `clock`, with timers that end with the incarnation, and that crash it when they throw. */
function boundClock<M>(clock: Clock, incarnation: Incarnation<M>): Clock {
  const { now, monotonic, random } = readingsOf(clock);
  return {
    now,
    monotonic,
    random,
    schedule: (ms, run) => {
      if (incarnation.phase === 'ended') return nothing;
      return incarnation.belongings.codeTimers.after(ms, () => {
        try {
          runAs(incarnation, run);
        } catch (thrown) {
          incarnation.fail(thrown);
        }
      });
    },
  };
}

const readings = new WeakMap<Clock, Omit<Clock, 'schedule'>>();

/** What a clock shows, for all who have it. */
function readingsOf(clock: Clock): Omit<Clock, 'schedule'> {
  let known = readings.get(clock);
  if (known === undefined) {
    known = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      random: () => clock.random(),
    };
    readings.set(clock, known);
  }
  return known;
}
