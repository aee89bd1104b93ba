import { asMaglevError } from '../domain/errors.js';
import { mergeIntents, type Subject } from '../domain/intent-merge.js';
import { type Intents, noIntents, sameIntents } from '../domain/operator.js';
import type { Cancel } from '../protocol/clock.js';
import type { IntentStore, LoadedIntents } from './intent-store.js';
import type { Context } from './kernel/contract.js';

/** How long a start waits for what was kept, and an operator for what he asked for to be kept. */
const PATIENCE_MS = 2000;
/** When a disk that hangs is worth a record. */
const SLOW_MS = 5000;
/** How long after a failure it is tried again. */
const RETRY_MS = 30_000;
/** How often it is looked at what somebody else keeps: a spare takes over within seconds. */
const FOREIGN_MS = 2000;

/** Outlives the actor that uses it; the store is for the next process. */
export interface IntentCell {
  /** null = no life of the actor has begun yet. */
  intents: Intents | null;
  /** How many times the intents have changed. */
  version: number;
  /** The version that is in the store. */
  kept: number;
  /** The store is at work: one thing at a time, however long that takes. */
  access: Access | null;
  /** Why the store is not written: what it has was not read. null = it was. */
  unread: string | null;
  /** What operators spoke of while the store was unread. */
  readonly said: Set<Subject>;
  /** Why what is to be kept is not, as the log was told; null = it is, or nothing is known yet. */
  failure: string | null;
}

export function newIntentCell(): IntentCell {
  const unread = 'what was kept before has not been read yet';
  return {
    intents: null,
    version: 0,
    kept: 0,
    access: null,
    unread,
    said: new Set(),
    failure: null,
  };
}

interface Access {
  readonly began: number;
  readonly done: Promise<AccessDone>;
}

type AccessDone =
  | { readonly kind: 'load'; readonly loaded: LoadedIntents }
  | { readonly kind: 'save'; readonly version: number; readonly error: string | null };

export type KeepingMessage =
  | { readonly type: 'store-done'; readonly done: AccessDone }
  | { readonly type: 'keep-again' };

interface Waiter {
  readonly version: number;
  readonly resolve: (warning: string | null) => void;
}

/**
 * Keeps the intents in the store, beside everything else: nobody waits for a disk that hangs for longer than he wants.
 * Of several changes the newest is written. What was kept before and could not be read is never written over.
 */
export class IntentKeeping {
  private readonly waiters = new Set<Waiter>();
  private cancelRetry: Cancel = () => {};
  private retries = false;
  private over = false;

  constructor(
    private readonly context: Context<KeepingMessage>,
    private readonly store: IntentStore,
    private readonly cell: IntentCell,
  ) {}

  /** What is known at the start of a life of the actor; in the first one what was kept, if that can be read soon. */
  async open(): Promise<Intents> {
    const { cell } = this;
    if (cell.intents === null) {
      // A life that ended in its start may have left one.
      const access = cell.access ?? this.access(() => this.load());
      const done = await this.within(PATIENCE_MS, access.done);
      if (done !== null && cell.access === access) this.finished(done);
      else if (done === null)
        this.unread('what was kept before could not be read within 2 s: the disk does not answer', false);
      cell.intents ??= noIntents;
    }
    if (cell.access !== null) this.follow(cell.access);
    else if (!this.retries && (cell.unread !== null || cell.kept < cell.version)) this.retryLater();
    return cell.intents;
  }

  /** From now on this is to be kept. */
  keep(intents: Intents): void {
    this.cell.intents = intents;
    this.cell.version++;
    this.push();
  }

  /** What an operator spoke of counts more than what may be found about it yet. */
  spokeOf(subject: Subject): void {
    if (this.cell.unread !== null) this.cell.said.add(subject);
  }

  /** Tells whether everything is kept, as soon as that is known, at the latest in 2 s: null, or what is not. */
  settled(): Promise<string | null> {
    const { cell } = this;
    if (cell.unread === null && cell.kept === cell.version) return Promise.resolve(null);
    this.push();
    return new Promise((resolve) => {
      const cancel = this.context.clock.schedule(PATIENCE_MS, () => {
        this.waiters.delete(waiter);
        resolve(cell.unread === null ? notYet : notKept(cell.unread));
      });
      const waiter: Waiter = {
        version: cell.version,
        resolve: (warning) => {
          cancel();
          resolve(warning);
        },
      };
      this.waiters.add(waiter);
    });
  }

  /** Returns the intents when what was kept before came to light, and they are others therefore. */
  receive(message: KeepingMessage): Intents | null {
    if (message.type === 'keep-again') {
      this.retries = false;
      this.push();
      return null;
    }
    const { done } = message;
    const before = this.cell.intents ?? noIntents;
    this.finished(done);
    if (done.kind === 'save' && done.error !== null && done.version === this.cell.version) return null;
    if (done.kind === 'save' || done.loaded.kind === 'read') this.push();
    const after = this.cell.intents;
    return after === null || sameIntents(before, after) ? null : after;
  }

  /** Gives the store a last moment. What is under way then is left to the next life of the actor. */
  async close(): Promise<void> {
    await this.within(PATIENCE_MS, this.flush());
    this.over = true;
  }

  private async flush(): Promise<void> {
    const { cell } = this;
    if (cell.access !== null) await this.finish(cell.access);
    if (!this.over && cell.unread === null && cell.kept < cell.version) {
      await this.finish(this.access(() => this.save()));
    }
  }

  private async finish({ done }: Access): Promise<void> {
    const what = await done;
    if (!this.over) this.finished(what);
  }

  /** Goes on with what is to be done, if the store is free. */
  private push(): void {
    const { cell } = this;
    if (cell.access !== null) return;
    if (cell.unread !== null) this.follow(this.access(() => this.load()));
    else if (cell.kept < cell.version) this.follow(this.access(() => this.save()));
  }

  private access(work: () => Promise<AccessDone>): Access {
    const access = { began: this.context.clock.monotonic(), done: work() };
    this.cell.access = access;
    return access;
  }

  private async load(): Promise<AccessDone> {
    return { kind: 'load', loaded: await this.store.load() };
  }

  private async save(): Promise<AccessDone> {
    const { version, intents } = this.cell;
    try {
      await this.store.save(intents ?? noIntents);
      return { kind: 'save', version, error: null };
    } catch (thrown) {
      return { kind: 'save', version, error: thrown instanceof Error ? thrown.message : String(thrown) };
    }
  }

  private follow(access: Access): void {
    const { clock, log } = this.context;
    this.context.pipe(
      access.done,
      (done) => ({ type: 'store-done', done }),
      (error) => ({
        type: 'store-done',
        done: { kind: 'load', loaded: { kind: 'unread', problem: asMaglevError(error).message } },
      }),
    );
    clock.schedule(SLOW_MS, () => {
      if (this.cell.access === access) log.log('warn', 'operator-state-slow', { forMs: SLOW_MS });
    });
  }

  private finished(done: AccessDone): void {
    const { cell, context } = this;
    const ms = context.clock.monotonic() - (cell.access?.began ?? 0);
    cell.access = null;
    if (done.kind === 'load') {
      const { loaded } = done;
      if (loaded.kind === 'unread') this.unread(loaded.problem, loaded.nothingLost ?? false);
      else if (loaded.kind === 'foreign') this.foreign(loaded.intents, loaded.problem);
      else this.found(loaded.intents, loaded.problem);
      return;
    }
    const { version, error } = done;
    if (error === null) {
      if (ms >= SLOW_MS || cell.failure !== null) {
        context.log.log('info', 'operator-state-kept', { ms: Math.round(ms) });
      }
      cell.failure = null;
      cell.kept = version;
      this.answer(version, null);
    } else {
      this.notKept(error);
      this.answer(version, notKept(error));
    }
  }

  private found(found: Intents, problem: string | null): void {
    const { cell, context } = this;
    if (problem !== null) context.log.log('error', 'operator-state-lost', { error: problem });
    if (cell.intents !== null) {
      const counts = { backends: found.backends.size, weights: found.weights.length };
      context.log.log('warn', 'operator-state-found', counts);
    }
    const intents = cell.intents === null ? found : mergeIntents(found, cell.intents, cell.said);
    cell.intents = intents;
    cell.unread = null;
    cell.said.clear();
    if (sameIntents(intents, found)) {
      cell.failure = null;
      cell.kept = cell.version;
      this.answer(cell.version, null);
    } else cell.version++;
  }

  /** Followed, but not kept: what operators said here counts more, and is lost with this process. */
  private foreign(intents: Intents, problem: string): void {
    const { cell } = this;
    cell.intents = mergeIntents(intents, cell.intents ?? noIntents, cell.said);
    cell.unread = problem;
    if (cell.kept < cell.version) this.notKept(problem);
    this.answer(cell.version, notKept(problem));
    this.retryLater(FOREIGN_MS);
  }

  private unread(problem: string, nothingLost: boolean): void {
    const { cell, context } = this;
    const level = cell.unread === problem ? 'debug' : 'error';
    if (!nothingLost) context.log.log(level, 'operator-state-lost', { error: problem });
    cell.unread = problem;
    if (nothingLost || cell.kept < cell.version) this.notKept(problem);
    this.answer(cell.version, notKept(problem));
    this.retryLater();
  }

  private notKept(error: string): void {
    const { cell, context } = this;
    const level = cell.failure === error ? 'debug' : 'error';
    context.log.log(level, 'operator-state-not-kept', { error });
    cell.failure = error;
    this.retryLater();
  }

  private retryLater(ms = RETRY_MS): void {
    this.cancelRetry();
    this.retries = true;
    this.cancelRetry = this.context.after(ms, { type: 'keep-again' });
  }

  /** To all who wait for that version or an earlier one. */
  private answer(version: number, warning: string | null): void {
    for (const waiter of this.waiters) {
      if (waiter.version > version) continue;
      this.waiters.delete(waiter);
      waiter.resolve(warning);
    }
  }

  /** null when that did not come in time. */
  private within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
    return new Promise((resolve, reject) => {
      const cancel = this.context.clock.schedule(ms, () => resolve(null));
      promise.then(resolve, reject).finally(cancel);
    });
  }
}

const notYet = 'in force, but not kept yet: it is not on disk after 2 s; a restart of maglevd may forget it';

function notKept(reason: string): string {
  return `in force, but not kept: a restart of maglevd forgets it; ${reason}`;
}
