import type { MaglevError } from '../../domain/errors.js';
import { Fifo } from '../../domain/fifo.js';
import type { Cancel } from '../../protocol/clock.js';
import { checkName } from './actor-name.js';
import { IncarnationContext } from './context.js';
import type { ActorDescription, ActorEnd, ActorRef, ActorSpec, Context, RestartType } from './contract.js';
import type { Child, Family } from './family.js';
import { type Envelope, type Host, Incarnation } from './incarnation.js';
import { calleeFull, calleeStopped, questionIn } from './question.js';
import { Ref } from './ref.js';
import type { Lost, Services } from './services.js';
import type { Cause } from './supervision.js';

/** How many messages an unbounded mailbox holds while its actor is being restarted. */
const HELD_DURING_RESTART = 10_000;

/** An actor for as long as its ref lives: the mailbox and the name, through all incarnations. */
export class Cell<M> implements Child, Host<M> {
  readonly name: string;
  readonly spec: ActorSpec<M>;
  readonly restart: RestartType;
  readonly ref: ActorRef<M>;
  readonly #services: Services;
  readonly #family: Family;
  readonly #parentPath: string;
  /** null = empty: most of the time those of thousands are. */
  #mail: Fifo<Envelope<M>> | null = null;
  #listeners: Set<(end: ActorEnd) => void> | null = null;
  #incarnation = 0;
  #life: Incarnation<M> | null = null;
  #lastError: string | null = null;
  #end: ActorEnd | null = null;

  /** `family` is the one that it is a child in. RangeError for a name that cannot be one. */
  constructor(spec: ActorSpec<M>, parentPath: string, family: Family, services: Services) {
    checkName(spec.name);
    this.name = spec.name;
    this.spec = spec;
    this.restart = spec.restart ?? 'permanent';
    this.#parentPath = parentPath;
    this.#services = services;
    this.#family = family;
    this.ref = new Ref(this);
  }

  get path(): string {
    return `${this.#parentPath}/${this.name}`;
  }

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
    for (const left of this.#mail?.remove(() => true) ?? []) this.#lose(left, 'ended', why);
    for (const listener of this.#listeners ?? []) listener(this.#end);
    this.#listeners = null;
  }

  hasEnded(): boolean {
    return this.#end !== null;
  }

  onEnd(listener: (end: ActorEnd) => void): Cancel {
    if (this.#end !== null) listener(this.#end);
    else this.#listeners = (this.#listeners ?? new Set()).add(listener);
    return () => this.#listeners?.delete(listener);
  }

  take(): Envelope<M> | undefined {
    const next = this.#mail?.shift();
    if (this.#mail?.size === 0) this.#mail = null;
    return next;
  }

  hasMail(): boolean {
    return (this.#mail?.size ?? 0) > 0;
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
    for (const own of this.#mail?.remove(({ origin }) => origin === ended) ?? []) this.#lose(own, 'stale');
    this.#family.ended(this, cause);
  }

  makeContext(incarnation: Incarnation<M>): Context<M> {
    return new IncarnationContext(incarnation, this.#services);
  }

  adopt<C>(family: Family, spec: ActorSpec<C>): ActorRef<C> {
    if (family.has(spec.name)) throw new Error(`${this.path} has a child named ${spec.name} already`);
    const child = new Cell(spec, family.owner.path, family, this.#services);
    family.add(child);
    return child.ref;
  }

  accept(envelope: Envelope<M>): boolean {
    if (this.#end !== null) return this.#lose(envelope, 'ended');
    const unbounded = this.#isRestarting() ? HELD_DURING_RESTART : Number.POSITIVE_INFINITY;
    if ((this.#mail?.size ?? 0) >= (this.spec.capacity ?? unbounded)) return this.#lose(envelope, 'full');
    this.#mail ??= new Fifo();
    this.#mail.push(envelope);
    this.#life?.wake();
    return true;
  }

  describe(): ActorDescription {
    return {
      name: this.name,
      path: this.path,
      state: this.#state(),
      incarnation: Math.max(1, this.#incarnation),
      mailbox: this.#mail?.size ?? 0,
      restarts: Math.max(0, this.#incarnation - 1),
      lastError: this.#lastError,
      children: (this.#life?.family?.children() ?? []).map((child) => child.describe()),
    };
  }

  tell(message: M): boolean {
    return this.accept({ message, question: questionIn(message), origin: null });
  }

  #isRestarting(): boolean {
    const state = this.#state();
    return state === 'restarting' || state === 'stopping';
  }

  #state(): ActorDescription['state'] {
    if (this.#end !== null) return 'ended';
    const phase = this.#life?.phase ?? null;
    if (phase === 'running') return 'running';
    if (phase !== null && phase !== 'starting') return 'stopping';
    const isFirst = this.#incarnation === 0 || (this.#incarnation === 1 && phase !== null);
    return isFirst ? 'starting' : 'restarting';
  }

  /** Always false: what tell returns for a message that was not taken. */
  #lose({ message, question }: Envelope<M>, reason: Lost, why: MaglevError | null = null): false {
    this.#services.deadLetters.record(this.path, reason, message);
    question?.end(why ?? (reason === 'full' ? calleeFull(this.path) : calleeStopped(this.path)));
    return false;
  }
}
