import { asMaglevError } from '../domain/errors.js';
import { type DiskNews, IntentDesk, type LoadedIntents, notKept, SLOW_MS } from '../domain/intent-desk.js';
import { type Intents, noIntents } from '../domain/operator.js';
import type { Address, Reply } from '../protocol/address.js';
import type { Cancel } from '../protocol/clock.js';
import type { IntentRequest, IntentStore, IntentsFound } from '../protocol/intents.js';
import type { ActorSpec, Context } from './kernel/contract.js';
import { tellNews } from './news.js';

/** How long anybody waits for the disk. */
export const PATIENCE_MS = 2000;

/** What a crash of the actor must not lose. */
export interface IntentCell {
  readonly desk: IntentDesk;
  /** The store is at work: one thing at a time, however long that takes. */
  access: Access | null;
}

export function newIntentCell(): IntentCell {
  return { desk: new IntentDesk(), access: null };
}

interface Access {
  readonly began: number;
  readonly done: Promise<AccessDone>;
  /** Nobody waits for it any more. */
  overdue: boolean;
}

type AccessDone =
  | LoadedIntents
  | { readonly kind: 'saved'; readonly intents: Intents; readonly error: string | null };

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
 * for a disk that hangs. What is known of the disk, and what is to be done with it, is a value (domain/intent-desk.ts).
 */
export function intentKeeperActor(options: IntentKeeperOptions): ActorSpec<IntentKeeperMessage> {
  return {
    name: 'intent-keeper',
    start: (context) => new IntentKeeper(context, options),
  };
}

class IntentKeeper {
  readonly #context: Context<IntentKeeperMessage>;
  readonly #options: IntentKeeperOptions;
  readonly #cell: IntentCell;
  readonly #desk: IntentDesk;
  readonly #looking: Reply<Intents | null>[] = [];
  readonly #waiting: Reply<string | null>[] = [];
  /** Those whose words are in what is being written. */
  readonly #written: Reply<string | null>[] = [];
  #cancelRetry: Cancel = () => {};

  constructor(context: Context<IntentKeeperMessage>, options: IntentKeeperOptions) {
    this.#context = context;
    this.#options = options;
    this.#cell = options.cell;
    this.#desk = options.cell.desk;
    // What a life that crashed has left.
    if (this.#cell.access !== null) this.#follow(this.#cell.access);
    else if (context.isRestart) this.#go();
  }

  receive(message: IntentKeeperMessage): void {
    const { access } = this.#cell;
    const desk = this.#desk;
    /** Nobody is made to wait for a disk that hangs before it was read. */
    const hangs = desk.found === null && access?.overdue === true;
    switch (message.type) {
      case 'recall-intents':
        message.reply.ok(desk.memory);
        break;
      case 'look-for-intents':
        if (desk.found !== null || hangs) message.reply.ok(desk.found);
        else {
          this.#looking.push(message.reply);
          this.#go();
        }
        break;
      case 'keep-intents':
        desk.memory = message.memory;
        this.#waiting.push(message.reply);
        if (hangs) tellAll(this.#waiting, desk.warning);
        else this.#go();
        break;
      case 'keep-again':
        this.#go();
        break;
      case 'store-done':
        if (message.access !== access) break;
        this.#finished(message.access, message.done);
        if (this.#waiting.length > 0) this.#go();
        break;
      case 'store-overdue':
        if (message.access !== access) break;
        message.access.overdue = true;
        if (desk.found === null) {
          const problem = 'what was kept before could not be read within 2 s: the disk does not answer';
          this.#loaded({ kind: 'unread', problem });
        }
        break;
      case 'store-slow':
        if (message.access !== access) break;
        this.#context.log.log('warn', 'operator-state-slow', { forMs: SLOW_MS });
        break;
    }
  }

  /** Gives the disk a last moment. What is under way then is left to the next life of the actor. */
  async stop(): Promise<void> {
    let over = false;
    const finish = async (access: Access) => {
      const done = await access.done;
      if (!over) this.#finished(access, done);
    };
    const flush = async () => {
      if (this.#cell.access !== null) await finish(this.#cell.access);
      if (!over && this.#desk.due === 'save') await finish(this.#begin('save'));
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
    if (this.#cell.access !== null) return;
    const { due } = this.#desk;
    if (due === 'save') this.#written.push(...this.#waiting.splice(0));
    if (due !== null) this.#follow(this.#begin(due));
    else if (this.#desk.settles()) tellAll(this.#waiting, null);
  }

  #begin(what: 'load' | 'save'): Access {
    const done = what === 'load' ? this.#options.store.load() : this.#save();
    const access = { began: this.#context.clock.monotonic(), done, overdue: false };
    this.#cell.access = access;
    return access;
  }

  async #save(): Promise<AccessDone> {
    const { intents } = this.#desk.memory;
    const error = await this.#options.store.save(intents).then(
      () => null,
      (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)),
    );
    return { kind: 'saved', intents, error };
  }

  #follow(access: Access): void {
    const { pipe, after } = this.#context;
    pipe(
      access.done,
      (done) => ({ type: 'store-done', access, done }),
      (error) => {
        const done = { kind: 'unread', problem: asMaglevError(error).message } as const;
        return { type: 'store-done', access, done };
      },
    );
    after(PATIENCE_MS, { type: 'store-overdue', access });
    after(SLOW_MS, { type: 'store-slow', access });
  }

  #finished({ began }: Access, done: AccessDone): void {
    this.#cell.access = null;
    if (done.kind !== 'saved') this.#loaded(done);
    else if (done.error !== null) {
      this.#tell(this.#desk.unsaved(done.error));
      tellAll(this.#written, notKept(done.error));
    } else {
      this.#tell(this.#desk.saved(done.intents, this.#context.clock.monotonic() - began));
      tellAll(this.#written, null);
    }
  }

  #loaded(loaded: LoadedIntents): void {
    if (loaded.kind === 'read') {
      const { intents } = loaded;
      this.#tell(this.#desk.read(loaded));
      this.#options.report.tell({ type: 'intents-found', intents });
      tellAll(this.#looking, intents);
    } else {
      this.#tell(this.#desk.unread(loaded));
      tellAll(this.#looking, null);
      tellAll(this.#waiting, this.#desk.warning);
    }
  }

  #tell({ news, retryMs }: DiskNews): void {
    tellNews(this.#context.log, news);
    if (retryMs === null) return;
    this.#cancelRetry();
    this.#cancelRetry = this.#context.after(retryMs, { type: 'keep-again' });
  }
}

/** Each of them once. */
function tellAll<T>(waiting: Reply<T>[], answer: T): void {
  for (const reply of waiting.splice(0)) reply.ok(answer);
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
