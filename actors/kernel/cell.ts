import type { MaglevError } from '../../domain/errors.js';
import type { Cancel } from '../../protocol/clock.js';
import { checkName } from './actor-name.js';
import { makeContext } from './context.js';
import type {
  ActorDescription,
  ActorEnd,
  ActorRef,
  ActorSpec,
  Context,
  DeadLetter,
  RestartType,
} from './contract.js';
import type { Family } from './family.js';
import { isFenced } from './fence.js';
import { type Host, Incarnation } from './incarnation.js';
import { type Envelope, Mailbox } from './mailbox.js';
import { askerStopped, calleeFull, calleeStopped, questionIn } from './question.js';
import { type KnownActor, Ref } from './ref.js';
import type { Services } from './services.js';
import { type Cause, checkSupervision } from './supervision.js';

/** How many messages an unbounded mailbox holds while its actor is being restarted. */
const HELD_DURING_RESTART = 10_000;

let lastId = 0;

/** An actor for as long as its ref lives: the mailbox and the name, through all incarnations. */
export class Cell<M> implements KnownActor, Host<M> {
  readonly name: string;
  readonly path: string;
  readonly spec: ActorSpec<M>;
  readonly restart: RestartType;
  readonly ref: ActorRef<M>;
  readonly #services: Services;
  readonly #family: Family;
  readonly #mailbox: Mailbox<M>;
  readonly #listeners = new Set<(end: ActorEnd) => void>();
  #incarnation = 0;
  #life: Incarnation<M> | null = null;
  #lastError: string | null = null;
  #end: ActorEnd | null = null;

  /** `family` is the one that it is a child in. RangeError for a spec that makes no sense. */
  constructor(spec: ActorSpec<M>, parentPath: string, family: Family, services: Services) {
    checkName(spec.name);
    if (spec.supervision !== undefined) checkSupervision(spec.supervision);
    this.name = spec.name;
    this.path = `${parentPath}/${spec.name}`;
    this.spec = spec;
    this.restart = spec.restart ?? 'permanent';
    this.#services = services;
    this.#family = family;
    this.#mailbox = new Mailbox(spec.capacity ?? null);
    lastId += 1;
    this.ref = new Ref(lastId, this, (message) => this.#tell(message));
  }

  /** The number of its latest incarnation; 0 before the first. */
  get incarnation(): number {
    return this.#incarnation;
  }

  launch(): void {
    this.#incarnation += 1;
    this.#life = new Incarnation(this, this.#services, this.#incarnation);
  }

  terminate(reason: MaglevError | null): void {
    this.#life?.end({ kind: 'stopped', error: null, reason });
  }

  bury(cause: Cause): void {
    this.#end = { ref: this.ref, reason: cause.kind, error: cause.error };
    const why = cause.kind === 'stopped' ? cause.reason : null;
    for (let left = this.#mailbox.take(); left !== null; left = this.#mailbox.take())
      this.#lose(left, 'ended', why);
    for (const listener of this.#listeners) listener(this.#end);
    this.#listeners.clear();
  }

  hasEnded(): boolean {
    return this.#end !== null;
  }

  onEnd(listener: (end: ActorEnd) => void): Cancel {
    if (this.#end !== null) listener(this.#end);
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  take(): Envelope<M> | null {
    return this.#mailbox.take();
  }

  hasMail(): boolean {
    return this.#mailbox.size > 0;
  }

  failedWith(error: Error): void {
    this.#lastError = error.message;
  }

  started(): void {
    this.#family.started(this);
  }

  ended(cause: Cause): void {
    const ended = this.#life;
    this.#life = null;
    // What the incarnation sent to itself must not reach the next one: it may speak of things that died with it.
    if (this.hasMail()) {
      for (const own of this.#mailbox.remove(({ origin }) => origin === ended)) this.#lose(own, 'stale');
    }
    this.#family.ended(this, cause);
  }

  makeContext(incarnation: Incarnation<M>): Context<M> {
    return makeContext(this, incarnation, this.#services);
  }

  adopt<C>(incarnation: Incarnation<M>, spec: ActorSpec<C>): ActorRef<C> {
    const family = incarnation.foundFamily();
    if (family.has(spec.name)) throw new Error(`${this.path} has a child named ${spec.name} already`);
    const child = new Cell(spec, this.path, family, this.#services);
    family.add(child);
    return child.ref;
  }

  accept(envelope: Envelope<M>): boolean {
    if (this.#end !== null) return this.#lose(envelope, 'ended');
    if (this.#isRestarting() && !this.#mailbox.bounded && this.#mailbox.size >= HELD_DURING_RESTART) {
      return this.#lose(envelope, 'full');
    }
    if (!this.#mailbox.offer(envelope)) return this.#lose(envelope, 'full');
    this.#life?.wake();
    return true;
  }

  describe(): ActorDescription {
    return {
      name: this.name,
      path: this.path,
      state: this.#state(),
      incarnation: Math.max(1, this.#incarnation),
      mailbox: this.#mailbox.size,
      restarts: Math.max(0, this.#incarnation - 1),
      lastError: this.#lastError,
      children: (this.#life?.family?.children() ?? []).map((child) => child.describe()),
    };
  }

  #tell(message: M): boolean {
    const question = questionIn(message);
    if (isFenced()) {
      this.#services.deadLetters.record(this.path, 'stale', message);
      question?.fail(askerStopped('an abandoned actor'));
      return false;
    }
    return this.accept({ message, question, origin: null });
  }

  #isRestarting(): boolean {
    if (this.#incarnation === 0 || this.#life?.phase === 'running') return false;
    return this.#incarnation > 1 || this.#life?.phase !== 'starting';
  }

  #state(): ActorDescription['state'] {
    if (this.#end !== null) return 'ended';
    const starting = this.#incarnation <= 1 ? 'starting' : 'restarting';
    if (this.#life === null) return this.#incarnation === 0 ? 'starting' : 'restarting';
    switch (this.#life.phase) {
      case 'starting':
        return starting;
      case 'running':
        return 'running';
      default:
        return 'stopping';
    }
  }

  /** Always false: what tell returns for a message that was not taken. */
  #lose(
    { message, question }: Envelope<M>,
    reason: DeadLetter['reason'],
    why: MaglevError | null = null,
  ): false {
    this.#services.deadLetters.record(this.path, reason, message);
    question?.fail(why ?? (reason === 'full' ? calleeFull(this.path) : calleeStopped(this.path)));
    return false;
  }
}
