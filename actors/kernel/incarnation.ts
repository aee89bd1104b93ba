import type { LevelOf } from '../../domain/events.js';
import type { Cancel } from '../../protocol/clock.js';
import { Belongings } from './belongings.js';
import type { ActorRef, ActorSpec, Behavior, Context } from './contract.js';
import { Family } from './family.js';
import type { Worker } from './nact-engine.js';
import { calleeCrashed, calleeStopped, type Question } from './question.js';
import { messageType, type Services } from './services.js';
import { type Cause, defaultSupervision, toError } from './supervision.js';

/** How long the end of an incarnation may take: a handler under way, and then stop(), each. */
const STOP_DEADLINE_MS = 5000;

/** Messages that an actor handles before others have their turn, if no handler has to be waited for. */
const MESSAGES_A_TURN = 16;

/**
 * starting: its start() has not returned. running: takes messages. draining: was told to end; the handler under way
 * may return, the children end. releasing: its stop() runs. ended: nothing of it acts any more.
 */
export type Phase = 'starting' | 'running' | 'draining' | 'releasing' | 'ended';

/** One message on its way. */
export interface Envelope<M> {
  readonly message: M;
  /** The question that the message carries, to be failed if the message is lost. */
  readonly question: Question | null;
  /** The incarnation that sent it to itself (timer, pipe, watch), with which it dies; null for anybody else. */
  readonly origin: object | null;
}

/** The actor that an incarnation is a life of. */
export interface Host<M> {
  readonly path: string;
  readonly spec: ActorSpec<M>;
  readonly ref: ActorRef<M>;
  /** Takes a message into the mailbox, if there is room. */
  accept(envelope: Envelope<M>): boolean;
  /** The next message to handle; undefined when there is none. */
  take(): Envelope<M> | undefined;
  hasMail(): boolean;
  /** Something went wrong in this incarnation; the latest of these is shown. */
  failedWith(error: Error): void;
  started(): void;
  /** Called once, when everything of the incarnation has ended. */
  ended(cause: Cause): void;
  makeContext(incarnation: Incarnation<M>): Context<M>;
  /** Makes an actor and adds it to `family`, which is that of the incarnation. */
  adopt<C>(family: Family, spec: ActorSpec<C>): ActorRef<C>;
}

/**
 * One life of an actor: start(), then one message at a time, then stop(). Everything that belongs to it (children,
 * timers, questions, watches, the abort signal) is gone when it has ended.
 *
 * Invariants: start(), receive() and stop() never overlap, except that stop() does not wait for one of the others
 * that missed the deadline; the children have ended before stop() runs; `ended` is reported exactly once.
 */
export class Incarnation<M> {
  readonly number: number;
  readonly belongings: Belongings;
  readonly host: Host<M>;
  readonly #services: Services;
  #worker: Worker;
  #phase: Phase = 'starting';
  #abandonments = 0;
  #begun = false;
  /** What is under way; null: neither start() nor receive() is. */
  #handling: Envelope<M> | 'start' | null = null;
  #behavior: Behavior<M> | null = null;
  #cause: Cause | null = null;
  #family: Family | null = null;
  #childrenEnded = false;
  #cancelDeadline: Cancel | null = null;

  constructor(host: Host<M>, services: Services, number: number) {
    this.host = host;
    this.#services = services;
    this.number = number;
    this.belongings = new Belongings(host, services.clock);
    this.#worker = services.engine.worker(this);
    this.#services.engine.wake(this.#worker);
  }

  get path(): string {
    return this.host.path;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** How often it was not waited for any longer: for a handler, for stop(). */
  get abandonments(): number {
    return this.#abandonments;
  }

  /** May it do new things: send itself messages, spawn, watch? */
  get active(): boolean {
    return this.#phase === 'starting' || this.#phase === 'running';
  }

  /** May it ask? Not between being told to end and its stop(): a handler that goes on asking would never end. */
  get mayAsk(): boolean {
    return (this.active || this.#phase === 'releasing') && this.#abandonments === 0;
  }

  /** Its children; null when it never had any. */
  get family(): Family | null {
    return this.#family;
  }

  /** Its children; made at the first one. */
  foundFamily(): Family {
    if (this.#family === null) {
      const { path, spec } = this.host;
      const owner = { path, escalate: (error: Error) => this.end({ kind: 'escalated', error }) };
      const { clock, log } = this.#services;
      this.#family = new Family(owner, spec.supervision ?? defaultSupervision, clock, log);
    }
    return this.#family;
  }

  /** There is mail. */
  wake(): void {
    if (this.#phase === 'running') this.#services.engine.wake(this.#worker);
  }

  /** Something that the kernel did on its behalf failed: that is a crash like any other. */
  fail(thrown: unknown): void {
    const error = toError(thrown);
    this.#logCrash(this.active ? 'error' : 'debug', this.#handled(), error);
    this.end({ kind: 'crashed', error });
  }

  /** Tells it to end. The first cause stays. */
  end(cause: Cause): void {
    if (this.#cause !== null) return;
    this.#cause = cause;
    if (cause.error !== null) this.host.failedWith(cause.error);
    this.#phase = 'draining';
    const reason = cause.kind === 'stopped' ? cause.reason : null;
    this.belongings.cutOff(reason);
    if (this.#handling !== null)
      this.#cancelDeadline = this.#services.clock.schedule(STOP_DEADLINE_MS, () => this.#abandonHandler());
    const childrenEnded = this.#family?.close(reason) ?? Promise.resolve();
    void childrenEnded.then(() => {
      this.#childrenEnded = true;
      this.#releaseIfQuiet();
    });
  }

  /** One turn of the worker; nothing may be thrown from here. */
  turn(): void | Promise<void> {
    if (this.#phase === 'releasing') return this.#release();
    if (!this.#begun) return this.#start();
    if (this.#phase === 'running') return this.#receiveSome();
  }

  async #start(): Promise<void> {
    this.#begun = true;
    if (this.#phase !== 'starting') return;
    this.#handling = 'start';
    try {
      const context = this.host.makeContext(this);
      this.#begin(await this.host.spec.start(context));
    } catch (thrown) {
      this.#failed(toError(thrown));
    }
  }

  #begin(behavior: Behavior<M>): void {
    if (this.#phase === 'releasing' || this.#phase === 'ended') {
      this.#releaseLate(behavior);
      return;
    }
    this.#behavior = behavior;
    this.#idle();
    if (this.#phase === 'starting') {
      this.#phase = 'running';
      this.host.started();
      if (this.host.hasMail()) this.#services.engine.wake(this.#worker);
    } else {
      this.#releaseIfQuiet();
    }
  }

  /** A turn costs more than most messages: those who have much mail take some of it at a time, but not all turns. */
  #receiveSome(): void | Promise<void> {
    for (let n = 0; n < MESSAGES_A_TURN; n++) {
      const handled = this.#receiveNext();
      if (handled !== undefined) return handled;
      if (this.#phase !== 'running' || !this.host.hasMail()) return;
    }
    this.#services.engine.wake(this.#worker);
  }

  /** What it returns has ended when the handler has, and will be followed by another turn if there is mail. */
  #receiveNext(): void | Promise<void> {
    const envelope = this.host.take();
    const behavior = this.#behavior;
    if (envelope === undefined || behavior === null) return;
    const { message, question } = envelope;
    question?.deliveredTo(this.belongings);
    this.#handling = envelope;
    try {
      const handled = behavior.receive(message);
      if (handled !== undefined) {
        return Promise.resolve(handled).then(
          () => {
            this.#received(question);
            if (this.#phase === 'running' && this.host.hasMail()) this.#services.engine.wake(this.#worker);
          },
          (thrown: unknown) => this.#crashed(toError(thrown), envelope),
        );
      }
    } catch (thrown) {
      this.#crashed(toError(thrown), envelope);
      return;
    }
    this.#received(question);
  }

  #received(question: Question | null): void {
    if (this.#abandonments > 0) return;
    this.#idle();
    if (this.#phase === 'running') return;
    if (this.#cause?.kind === 'crashed') question?.end(calleeCrashed(this.host.path, this.#cause.error));
    this.#releaseIfQuiet();
  }

  /** receive() threw: the message is lost. */
  #crashed(error: Error, { message, question }: Envelope<M>): void {
    // A handler that was told to end most often throws for that reason: it did not fail on the message.
    const cut = this.#cause !== null && this.#cause.kind !== 'crashed';
    if (cut && this.#cause?.kind === 'stopped' && this.#cause.reason !== null)
      question?.end(this.#cause.reason);
    question?.end(cut ? calleeStopped(this.host.path) : calleeCrashed(this.host.path, error));
    this.#services.deadLetters.record(this.host.path, 'crashed', message);
    this.#failed(error);
  }

  /** start() or receive() threw. */
  #failed(error: Error): void {
    // What is thrown after it was told to end is most often the consequence, such as the ask that was cut off.
    this.#logCrash(this.active ? 'error' : 'debug', this.#handled(), error);
    if (this.#abandonments > 0) return;
    this.#idle();
    if (this.active) this.end({ kind: 'crashed', error });
    else this.#releaseIfQuiet();
  }

  #idle(): void {
    this.#handling = null;
    this.#cancelDeadline?.();
    this.#cancelDeadline = null;
  }

  #abandonHandler(): void {
    this.#abandon(this.#handled());
    // The worker is stuck in the handler for ever: stop() needs another one.
    this.#services.engine.dismiss(this.#worker);
    this.#worker = this.#services.engine.worker(this);
    this.#releaseIfQuiet();
  }

  #abandon(waitedFor: string | null): void {
    this.#abandonments += 1;
    this.#services.log.log('error', 'actor-abandoned', {
      path: this.host.path,
      incarnation: this.number,
      message: waitedFor,
      deadlineMs: STOP_DEADLINE_MS,
    });
    this.belongings.letGo();
  }

  /** Goes on to stop() when the children have ended and no handler is under way. */
  #releaseIfQuiet(): void {
    if (
      this.#phase !== 'draining' ||
      !this.#childrenEnded ||
      (this.#handling !== null && this.#abandonments === 0)
    )
      return;
    this.#phase = 'releasing';
    if (this.#behavior?.stop === undefined) this.#finish();
    else this.#services.engine.wake(this.#worker);
  }

  async #release(): Promise<void> {
    const behavior = this.#behavior;
    this.#cancelDeadline = this.#services.clock.schedule(STOP_DEADLINE_MS, () => {
      this.#abandon('stop');
      this.#finish();
    });
    try {
      await behavior?.stop?.();
    } catch (thrown) {
      this.#logCrash(this.#phase === 'releasing' ? 'error' : 'debug', 'stop', toError(thrown));
    }
    this.#finish();
  }

  /** start() returned after its deadline: what it made is released, for nobody else knows of it. */
  #releaseLate(behavior: Behavior<M>): void {
    const failed = (thrown: unknown): void => this.#logCrash('debug', 'stop', toError(thrown));
    try {
      const stopping = behavior.stop?.();
      if (stopping !== undefined) Promise.resolve(stopping).catch(failed);
    } catch (thrown) {
      failed(thrown);
    }
  }

  #finish(): void {
    if (this.#phase === 'ended' || this.#cause === null) return;
    this.#phase = 'ended';
    this.#cancelDeadline?.();
    this.#services.engine.dismiss(this.#worker);
    this.belongings.letGo();
    this.host.ended(this.#cause);
  }

  /** What is under way, for people. */
  #handled(): string | null {
    if (this.#handling === null || this.#handling === 'start') return this.#handling;
    return messageType(this.#handling.message);
  }

  #logCrash(level: LevelOf<'actor-crash'>, message: string | null, error: Error): void {
    if (level === 'error') this.host.failedWith(error);
    this.#services.log.log(level, 'actor-crash', {
      path: this.host.path,
      incarnation: this.number,
      message,
      error: error.message,
      stack: error.stack,
    });
  }
}
