import type { Backoff } from '../../domain/backoff.js';
import type { MaglevError } from '../../domain/errors.js';
import type { Address, Ask, Reply } from '../../protocol/address.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';

/**
 * The address of an actor of this process. It survives restarts (messages sent meanwhile are held for the next
 * incarnation) and dies when the actor ends for good; a later actor of the same name has another ref.
 */
export interface ActorRef<in M> extends Address<M> {
  /** Unique in the process, never reused. */
  readonly id: number;
}

/** A ref whose messages do not matter: for watching and stopping. */
export type AnyRef = ActorRef<never>;

/**
 * When an actor that ended is started again. permanent: always, after a crash as after an end of its own;
 * transient: only after a crash; temporary: never. A stop by the parent is never answered by a restart.
 */
export type RestartType = 'permanent' | 'transient' | 'temporary';

/** Which children are restarted when one must be: itself; or itself and those started after it. */
export type Strategy = 'one-for-one' | 'rest-for-one';

/** How an actor supervises its children. */
export interface Supervision {
  readonly strategy: Strategy;
  /** More than `restarts` restarts within `withinMs` make the supervisor itself fail (escalation). */
  readonly intensity: { readonly restarts: number; readonly withinMs: number };
  /** Before restarts in a row. */
  readonly backoff: Backoff;
}

/** What one incarnation does. It is made anew at every (re)start, so that no state outlives a crash. */
export interface Behavior<M> {
  /**
   * Called with one message at a time; the next one waits until the promise settles. To throw is to crash: the
   * message is lost (its question is answered with MGL_ACTOR_CRASHED) and the supervisor decides.
   */
  readonly receive: (message: M) => void | Promise<void>;
  /** Releases what this incarnation holds. Runs once, after its children have ended, also after a crash. */
  readonly stop?: () => void | Promise<void>;
}

export interface ActorSpec<M> {
  /** Unique among its siblings; any characters but '/'. */
  readonly name: string;
  readonly start: (context: Context<M>) => Behavior<M> | Promise<Behavior<M>>;
  /** Default permanent. */
  readonly restart?: RestartType;
  /**
   * How many messages its mailbox holds, those that wait during a restart among them. A full one refuses: tell returns
   * false, and a question is answered with MGL_MAILBOX_FULL. Default no limit, and 10,000 during a restart.
   */
  readonly capacity?: number;
  /** How this actor supervises its own children. Default one-for-one, 3 restarts in 5 s, backoff 50 ms .. 1 s. */
  readonly supervision?: Supervision;
}

/** Why an actor ended for good. */
export interface ActorEnd {
  readonly ref: AnyRef;
  readonly reason: 'stopped' | 'finished' | 'crashed' | 'escalated';
  readonly error: Error | null;
}

/**
 * The address of an actor that is spawned later, or of whoever stands in its place now. Until it is bound, and when the
 * incarnation that made it has ended, what is told to it is a dead letter.
 */
export interface Alias<M> extends Address<M> {
  readonly bind: (to: Address<M>) => void;
}

/**
 * What an incarnation can do. Everything in it is bound to that incarnation: after its end nothing of it acts. All but `ask`
 * is called on it (`context.after(...)`); the compiler refuses to take it apart, by `this`.
 */
export interface Context<M> {
  readonly self: ActorRef<M>;
  /** Did one end before it? Then what that one was about to tell may not have been told. */
  readonly isRestart: boolean;
  /** Aborted when this incarnation is told to end, before its stop(). */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  /** Returns at once; children start one after the other, in the order of the calls. Throws on a taken name. */
  readonly spawn: <C>(this: object, spec: ActorSpec<C>) => ActorRef<C>;
  /** An address for whoever is started before the actor that it leads to; `name` is for people. */
  readonly alias: <C>(this: object, name: string) => Alias<C>;
  /**
   * Resolves when the child and everything below it has ended. No-op for an ended child. Whoever waits for an answer of
   * one of them gets `reason`; without one, MGL_ACTOR_STOPPED. Never resolves if this incarnation is abandoned before.
   */
  readonly stopChild: (this: object, child: AnyRef, reason?: MaglevError) => Promise<void>;
  /** Ends this actor: `finished`. Messages not yet handled are dead letters. */
  readonly stopSelf: (this: object) => void;
  /** Waits until it is answered, unless a timeout is given: every question ends with whoever holds it. */
  readonly ask: Ask;
  /** Passes a message on with its way back, if it has one: from then on `target` is who owes the answer. */
  readonly relay: <Q>(
    this: object,
    target: Address<Q>,
    message: NoInfer<Q> & { readonly reply?: Reply<never> | undefined },
  ) => void;
  /** Sends itself `message` after `ms`. */
  readonly after: (this: object, ms: number, message: M) => Cancel;
  /** Sends itself `message` every `ms`; the first at once if `immediate`. */
  readonly every: (this: object, ms: number, message: M, how?: { readonly immediate?: boolean }) => Cancel;
  /** Turns the outcome of a promise into a message to itself. Without `failed`, a rejection is a bug: it crashes. */
  readonly pipe: <T>(this: object, of: Promise<T>, ok: (value: T) => M, failed?: (error: Error) => M) => void;
  /**
   * To await somebody outside of the tree. If this incarnation is abandoned meanwhile it never settles, so that what comes behind
   * it reaches nobody; what it brought is released by `late`, which must not throw.
   */
  readonly outside: <T>(this: object, promise: Promise<T>, late?: (value: T) => void) => Promise<T>;
  /** Sends itself one message when the actor behind `ref` ends for good; at once if it already has. */
  readonly watch: (this: object, ref: AnyRef, message: (end: ActorEnd) => M) => void;
}

/** The live tree, for people: one node an actor. */
export interface ActorDescription {
  readonly name: string;
  readonly path: string;
  readonly state: 'starting' | 'running' | 'restarting' | 'stopping' | 'ended';
  /** 1 at first, +1 for every restart. */
  readonly incarnation: number;
  /** Messages waiting, the one being handled not counted. */
  readonly mailbox: number;
  readonly restarts: number;
  readonly lastError: string | null;
  readonly children: readonly ActorDescription[];
}

export interface ActorSystem {
  /** Starts the root of the tree. Once only. */
  readonly start: <M>(root: ActorSpec<M>) => ActorRef<M>;
  /** As Context.ask, for the world outside the tree. */
  readonly ask: Ask;
  /** Stops the tree, children first; resolves when all have ended (or were abandoned at their deadline). */
  readonly stop: () => Promise<void>;
  /** No turn begins any more, and nothing is kept: for whoever plays a process that is killed. */
  readonly abandon: () => void;
  /** Resolves when the root has ended, however. */
  readonly ended: Promise<ActorEnd>;
  /** null before start. */
  readonly describe: () => ActorDescription | null;
  /** How many messages have reached nobody. */
  readonly deadLetters: () => number;
}
