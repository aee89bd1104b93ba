import { MaglevError } from '../../domain/errors.js';
import type { Address, Ask, Reply } from '../../protocol/address.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';
import type { ActorEnd, ActorRef, ActorSpec, Alias, AnyRef, Context } from './contract.js';
import type { Incarnation } from './incarnation.js';
import { ask, askerStopped, calleeStopped } from './question.js';
import { Ref } from './ref.js';
import type { Services } from './services.js';
import { finished, toError } from './supervision.js';

const nothing: Cancel = () => {};

function isBug(error: Error): never {
  throw error;
}

/** Its timers end with the incarnation, and crash it when they throw. */
class IncarnationClock<M> implements Clock {
  readonly now: Clock['now'];
  readonly monotonic: Clock['monotonic'];
  readonly random: Clock['random'];
  readonly #incarnation: Incarnation<M>;

  constructor({ now, monotonic, random }: Clock, incarnation: Incarnation<M>) {
    this.now = now;
    this.monotonic = monotonic;
    this.random = random;
    this.#incarnation = incarnation;
  }

  schedule(ms: number, run: () => void): Cancel {
    const incarnation = this.#incarnation;
    if (incarnation.phase === 'ended') return nothing;
    return incarnation.belongings.after('code', ms, () => {
      try {
        run();
      } catch (thrown) {
        incarnation.fail(thrown);
      }
    });
  }
}

/**
 * What one incarnation can do. Every function checks that the incarnation still may. There are thousands of these: what they
 * have in common is in their prototype, and what few use is made when it is asked for.
 */
export class IncarnationContext<M> implements Context<M> {
  readonly self: ActorRef<M>;
  readonly isRestart: boolean;
  readonly log: Logger;
  readonly #incarnation: Incarnation<M>;
  readonly #services: Services;

  constructor(incarnation: Incarnation<M>, services: Services) {
    this.self = incarnation.host.ref;
    this.isRestart = incarnation.number > 1;
    this.log = services.log;
    this.#incarnation = incarnation;
    this.#services = services;
  }

  get signal(): AbortSignal {
    return this.#incarnation.belongings.signal;
  }

  get clock(): Clock {
    return new IncarnationClock(this.#services.clock, this.#incarnation);
  }

  get ask(): Ask {
    const { clock, deadLetters } = this.#services;
    const incarnation = this.#incarnation;
    return (target, question, options) => {
      if (incarnation.mayAsk) return ask(clock, incarnation.belongings, target, question, options);
      deadLetters.record(target.name, 'stale', `a question of ${incarnation.path}`);
      const refused = Promise.reject(askerStopped(incarnation.path));
      refused.catch(() => {});
      return refused;
    };
  }

  spawn<C>(spec: ActorSpec<C>): ActorRef<C> {
    const { active, host, path } = this.#incarnation;
    if (!active)
      throw new MaglevError('MGL_ACTOR_STOPPED', `${path} is ending and cannot spawn ${spec.name}`);
    return host.adopt(this.#incarnation.foundFamily(), spec);
  }

  alias<C>(name: string): Alias<C> {
    const incarnation = this.#incarnation;
    const { deadLetters } = this.#services;
    let bound: Address<C> | null = null;
    return {
      name: `${incarnation.path}/${name}`,
      bind: (to: Address<C>) => {
        bound = to;
      },
      tell: (message: C) => {
        if (bound !== null && incarnation.phase !== 'ended') return bound.tell(message);
        deadLetters.record(`${incarnation.path}/${name}`, 'ended', message);
        return false;
      },
    };
  }

  async stopChild(child: AnyRef, reason: MaglevError | null = null): Promise<void> {
    const actor = Ref.actorBehind(child);
    if (actor.hasEnded()) return;
    const { family, path } = this.#incarnation;
    if (family === null || !family.includes(actor)) {
      throw new Error(`${path} cannot stop ${actor.path}, which is not its child`);
    }
    await this.outside(family.stop(actor, reason));
  }

  stopSelf(): void {
    this.#incarnation.end(finished);
  }

  relay<Q>(target: Address<Q>, message: NoInfer<Q> & { readonly reply?: Reply<never> | undefined }): void {
    // An actor that refuses says why by failing the question; any other address only returns false.
    if (!target.tell(message)) message.reply?.fail(calleeStopped(target.name));
  }

  after(ms: number, message: M): Cancel {
    return this.#sending(message, (send) => this.#incarnation.belongings.after('sender', ms, send));
  }

  every(ms: number, message: M, { immediate = false } = {}): Cancel {
    return this.#sending(message, (send) => {
      const cancel = this.#incarnation.belongings.every(ms, send);
      if (immediate) send();
      return cancel;
    });
  }

  pipe<T>(promise: Promise<T>, ok: (value: T) => M, failed: (error: Error) => M = isBug): void {
    promise.then(
      (value) => this.#deliver(value, () => ok(value)),
      (thrown: unknown) => this.#deliver(thrown, () => failed(toError(thrown))),
    );
  }

  outside<T>(promise: Promise<T>, late: (value: T) => void = nothing): Promise<T> {
    const incarnation = this.#incarnation;
    const { abandonments } = incarnation;
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => (incarnation.abandonments > abandonments ? late : resolve)(value),
        (thrown) => incarnation.abandonments > abandonments || reject(thrown),
      );
    });
  }

  watch(ref: AnyRef, message: (end: ActorEnd) => M): void {
    const actor = Ref.actorBehind(ref);
    const { active, belongings } = this.#incarnation;
    if (!active) return;
    const watching = { end: nothing };
    const place = belongings.add('sender', watching);
    watching.end = actor.onEnd((end) => {
      belongings.takeOut(place);
      this.#deliver(end, () => message(end));
    });
  }

  #toSelf(message: M): void {
    const origin = this.#incarnation;
    origin.host.accept({ message, question: null, origin });
  }

  /** Makes a message of what happened, and sends it to the incarnation; to nobody once it was told to end. */
  #deliver(happened: unknown, make: () => M): void {
    const incarnation = this.#incarnation;
    if (!incarnation.active) {
      this.#services.deadLetters.record(incarnation.path, 'stale', happened);
      return;
    }
    try {
      this.#toSelf(make());
    } catch (thrown) {
      incarnation.fail(thrown);
    }
  }

  /** Sets up what sends itself `message`; nothing once it was told to end. */
  #sending(message: M, begin: (send: () => void) => Cancel): Cancel {
    if (this.#incarnation.active) return begin(() => this.#toSelf(message));
    this.#services.deadLetters.record(this.self.name, 'stale', message);
    return nothing;
  }
}
