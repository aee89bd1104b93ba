import { asMaglevError } from '../domain/errors.js';
import { type Intents, noIntents } from '../domain/operator.js';
import type { Address, Reply } from '../protocol/address.js';
import type { Cancel } from '../protocol/clock.js';
import type {
  IntentMemory,
  IntentRequest,
  IntentStore,
  IntentsFound,
  LoadedIntents,
} from '../protocol/intents.js';
import type { ActorSpec, Context } from './kernel/contract.js';

/** How long anybody waits for the disk. */
export const PATIENCE_MS = 2000;
/** When a disk that hangs is worth a record. */
const SLOW_MS = 5000;
/** How long after a failure it is tried again. */
const RETRY_MS = 30_000;
/** How often it is looked whether another maglevd has let go of the state: a spare takes over within seconds. */
const BUSY_MS = 2000;

/** What a crash of the actor must not lose. */
export interface IntentCell {
  memory: IntentMemory;
  /** What an earlier process kept; null = it has not been read. */
  found: Intents | null;
  /** What is in the store, so far as is known. */
  stored: Intents | null;
  /** The store is at work: one thing at a time, however long that takes. */
  access: Access | null;
  /** Why nothing was found yet, as everybody was told; null = nobody was told anything. */
  unread: string | null;
  /** Why what is to be kept is not, as the log was told; null = it is, or nothing is known yet. */
  failure: string | null;
}

export function newIntentCell(): IntentCell {
  const memory = { intents: noIntents, whole: false, said: new Set<string>() };
  return { memory, found: null, stored: null, access: null, unread: null, failure: null };
}

interface Access {
  readonly began: number;
  readonly done: Promise<AccessDone>;
  /** Nobody waits for it any more. */
  overdue: boolean;
}

type AccessDone =
  | { readonly kind: 'load'; readonly loaded: LoadedIntents }
  | { readonly kind: 'save'; readonly intents: Intents; readonly error: string | null };

export type IntentKeeperMessage =
  | IntentRequest
  | { readonly type: 'store-done'; readonly access: Access; readonly done: AccessDone }
  | { readonly type: 'store-overdue' | 'store-slow'; readonly access: Access }
  | { readonly type: 'keep-again' };

export interface IntentKeeperOptions {
  readonly store: IntentStore;
  readonly cell: IntentCell;
  readonly report: Address<IntentsFound>;
}

/**
 * Owns the disk on which the intents are kept, and remembers them for an operator actor that crashes. Nobody waits here
 * for a disk that hangs. Of several changes the newest is written. What was kept before and could not be read is never
 * written over.
 */
export function intentKeeperActor(options: IntentKeeperOptions): ActorSpec<IntentKeeperMessage> {
  let lives = 0;
  return {
    name: 'intent-keeper',
    start: (context) => new IntentKeeper(context, options, lives++ > 0),
  };
}

class IntentKeeper {
  readonly #context: Context<IntentKeeperMessage>;
  readonly #options: IntentKeeperOptions;
  readonly #cell: IntentCell;
  #looking: Reply<Intents | null>[] = [];
  #waiting: Reply<string | null>[] = [];
  /** Those whose words are in what is being written. */
  #written: Reply<string | null>[] = [];
  #cancelRetry: Cancel = () => {};

  constructor(context: Context<IntentKeeperMessage>, options: IntentKeeperOptions, again: boolean) {
    this.#context = context;
    this.#options = options;
    this.#cell = options.cell;
    // What a life that crashed has left.
    if (this.#cell.access !== null) this.#follow(this.#cell.access);
    else if (again) this.#go();
  }

  receive(message: IntentKeeperMessage): void {
    const cell = this.#cell;
    switch (message.type) {
      case 'recall-intents':
        message.reply.ok(cell.memory);
        break;
      case 'look-for-intents':
        if (cell.found !== null || cell.access?.overdue === true) message.reply.ok(cell.found);
        else {
          this.#looking.push(message.reply);
          this.#go();
        }
        break;
      case 'keep-intents':
        cell.memory = message.memory;
        this.#waiting.push(message.reply);
        if (cell.found === null && cell.access?.overdue === true) this.#answer(notKept(cell.unread ?? ''));
        else this.#go();
        break;
      case 'keep-again':
        this.#go();
        break;
      case 'store-done':
        if (message.access !== cell.access) break;
        this.#finished(message.access, message.done);
        if (this.#waiting.length > 0) this.#go();
        break;
      case 'store-overdue':
        if (message.access !== cell.access) break;
        message.access.overdue = true;
        if (cell.found === null) {
          const hangs = 'what was kept before could not be read within 2 s: the disk does not answer';
          this.#unread({ kind: 'unread', problem: hangs });
        }
        break;
      case 'store-slow':
        if (message.access === cell.access)
          this.#context.log.log('warn', 'operator-state-slow', { forMs: SLOW_MS });
        break;
    }
  }

  /** Gives the disk a last moment. What is under way then is left to the next life of the actor. */
  async stop(): Promise<void> {
    let over = false;
    const flush = async () => {
      const { access } = this.#cell;
      const done = await access?.done;
      if (over) return;
      if (access !== null && done !== undefined) this.#finished(access, done);
      if (!this.#isUnkept()) return;
      const last = this.#access(() => this.#save());
      const saved = await last.done;
      if (!over) this.#finished(last, saved);
    };
    await new Promise<void>((resolve) => {
      const cancel = this.#context.clock.schedule(PATIENCE_MS, () => resolve());
      void flush().finally(() => {
        cancel();
        resolve();
      });
    });
    over = true;
  }

  /** Goes on with what is to be done, if the store is free. */
  #go(): void {
    const cell = this.#cell;
    if (cell.access !== null) return;
    if (cell.found === null) this.#follow(this.#access(() => this.#load()));
    else if (this.#isUnkept()) {
      this.#written.push(...this.#waiting.splice(0));
      this.#follow(this.#access(() => this.#save()));
    } else if (cell.memory.whole) {
      cell.failure = null;
      this.#answer(null);
    }
  }

  #isUnkept(): boolean {
    const { memory, found, stored } = this.#cell;
    return found !== null && memory.whole && memory.intents !== stored;
  }

  #access(work: () => Promise<AccessDone>): Access {
    const access = { began: this.#context.clock.monotonic(), done: work(), overdue: false };
    this.#cell.access = access;
    return access;
  }

  async #load(): Promise<AccessDone> {
    return { kind: 'load', loaded: await this.#options.store.load() };
  }

  async #save(): Promise<AccessDone> {
    const { intents } = this.#cell.memory;
    try {
      await this.#options.store.save(intents);
      return { kind: 'save', intents, error: null };
    } catch (thrown) {
      return { kind: 'save', intents, error: thrown instanceof Error ? thrown.message : String(thrown) };
    }
  }

  #follow(access: Access): void {
    const { pipe, after } = this.#context;
    pipe(
      access.done,
      (done) => ({ type: 'store-done', access, done }),
      (error) => {
        const loaded = { kind: 'unread', problem: asMaglevError(error).message } as const;
        return { type: 'store-done', access, done: { kind: 'load', loaded } };
      },
    );
    after(PATIENCE_MS, { type: 'store-overdue', access });
    after(SLOW_MS, { type: 'store-slow', access });
  }

  #finished(access: Access, done: AccessDone): void {
    const cell = this.#cell;
    const { clock, log } = this.#context;
    cell.access = null;
    if (done.kind === 'load') {
      if (done.loaded.kind === 'read') this.#found(done.loaded);
      else this.#unread(done.loaded);
      return;
    }
    const written = this.#written.splice(0);
    if (done.error !== null) {
      this.#notKept(done.error);
      for (const reply of written) reply.ok(notKept(done.error));
      return;
    }
    const ms = Math.round(clock.monotonic() - access.began);
    if (ms >= SLOW_MS || cell.failure !== null) log.log('info', 'operator-state-kept', { ms });
    cell.failure = null;
    cell.stored = done.intents;
    for (const reply of written) reply.ok(null);
  }

  #found({ intents, problem, moved }: Extract<LoadedIntents, { readonly kind: 'read' }>): void {
    const cell = this.#cell;
    const { log } = this.#context;
    if (problem !== null) log.log('error', 'operator-state-lost', { error: problem });
    if (moved !== undefined) log.log('info', 'operator-state-moved', moved);
    if (cell.unread !== null) {
      const weights = [...intents.values()].filter(({ kind }) => kind === 'weight').length;
      log.log('warn', 'operator-state-found', { backends: intents.size - weights, weights });
    }
    cell.found = intents;
    cell.stored = intents;
    this.#options.report.tell({ type: 'intents-found', intents });
    for (const reply of this.#looking.splice(0)) reply.ok(intents);
  }

  #unread({ kind, problem }: Exclude<LoadedIntents, { readonly kind: 'read' }>): void {
    const cell = this.#cell;
    const { log } = this.#context;
    const again = cell.unread === problem;
    cell.unread = problem;
    if (kind === 'unread') log.log(again ? 'debug' : 'error', 'operator-state-lost', { error: problem });
    if (kind === 'busy' && !again) log.log('error', 'state-dir-shared', { error: problem });
    if (kind === 'nowhere' || cell.memory.said.size > 0) this.#notKept(problem);
    for (const reply of this.#looking.splice(0)) reply.ok(null);
    this.#answer(notKept(problem));
    this.#retryIn(kind === 'busy' ? BUSY_MS : RETRY_MS);
  }

  #notKept(error: string): void {
    const level = this.#cell.failure === error ? 'debug' : 'error';
    this.#context.log.log(level, 'operator-state-not-kept', { error });
    this.#cell.failure = error;
    this.#retryIn(RETRY_MS);
  }

  #retryIn(ms: number): void {
    this.#cancelRetry();
    this.#cancelRetry = this.#context.after(ms, { type: 'keep-again' });
  }

  /** To all whose words are not being written. */
  #answer(warning: string | null): void {
    for (const reply of this.#waiting.splice(0)) reply.ok(warning);
  }
}

function notKept(reason: string): string {
  return `in force, but not kept: a restart of maglevd forgets it; ${reason}`;
}

/** Keeps nothing beyond this process; over a crash of an actor it does. */
export function memoryStore(): IntentStore {
  let kept = noIntents;
  return {
    load: async () => ({ kind: 'read', intents: kept, problem: null }),
    save: async (intents) => {
      kept = intents;
    },
  };
}
