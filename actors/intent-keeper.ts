import { messageOf } from '../domain/errors.js';
import { type DiskDone, IntentDesk, SLOW_MS } from '../domain/intent-desk.js';
import type { Intents } from '../domain/operator.js';
import type { Address, Reply } from '../protocol/address.js';
import type { Cancel } from '../protocol/clock.js';
import type { IntentRequest, IntentStore, IntentsFound } from '../protocol/intents.js';
import type { ActorSpec, Context } from './kernel/contract.js';
import { byType, Life } from './life.js';
import { tellNews } from './news.js';

/** How long anybody waits for the disk. */
export const PATIENCE_MS = 2000;

/** The store is at work: one thing at a time, however long that takes. */
interface Access {
  readonly done: Promise<DiskDone>;
  /** Nobody waits for it any more. */
  overdue: boolean;
}

/** What a crash of the actor must not lose. */
export class IntentCell {
  readonly desk = new IntentDesk();
  access: Access | null = null;
}

export type IntentKeeperMessage =
  | IntentRequest
  | { readonly type: 'store-done'; readonly access: Access; readonly done: DiskDone }
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
  return { name: 'intent-keeper', start: (context) => new IntentKeeper(context, options) };
}

class IntentKeeper extends Life<IntentKeeperMessage, IntentKeeperOptions> {
  readonly #cell = this.options.cell;
  readonly #looking: Reply<Intents | null>[] = [];
  readonly #waiting: Reply<string | null>[] = [];
  /** Those whose words are in what is being written. */
  readonly #written: Reply<string | null>[] = [];
  #cancelRetry: Cancel = () => {};

  constructor(context: Context<IntentKeeperMessage>, options: IntentKeeperOptions) {
    super(context, options);
    // What a life that crashed has left.
    if (this.#cell.access !== null) this.#follow(this.#cell.access);
    else if (context.isRestart) this.#goOn();
  }

  readonly receive = byType<IntentKeeperMessage>({
    'recall-intents': ({ reply }) => reply.ok(this.#cell.desk.memory),
    'look-for-intents': ({ reply }) => {
      this.#looking.push(reply);
      this.#goOn();
    },
    'keep-intents': ({ memory, reply }) => {
      this.#cell.desk.memory = memory;
      this.#waiting.push(reply);
      this.#goOn();
    },
    'keep-again': () => this.#goOn(),
    'store-done': ({ access, done }) => {
      if (access !== this.#cell.access) return;
      this.#cell.access = null;
      // Of a save that failed, those whose words it did not have wait for none but their own.
      if (this.#hear(done) || this.#waiting.length > 0) this.#goOn();
    },
    'store-overdue': ({ access }) => {
      if (access !== this.#cell.access) return;
      access.overdue = true;
      if (this.#cell.desk.found === null) this.#hear({ kind: 'unread', problem: silent });
    },
    'store-slow': ({ access }) => {
      if (access === this.#cell.access)
        this.context.log.log('warn', 'operator-state-slow', { forMs: SLOW_MS });
    },
  });

  /**
   * Gives the disk a last moment, for what is under way and for what was said since. What is under way then is left to
   * the next life of the actor.
   */
  async stop(): Promise<void> {
    const { clock } = this.context;
    const over = new Promise<null>((resolve) => clock.schedule(PATIENCE_MS, () => resolve(null)));
    let goesOn = true;
    while (goesOn) {
      const access = this.#cell.access ?? (this.#cell.desk.due === 'save' ? this.#begin('save') : null);
      const done = await Promise.race([access?.done ?? null, over]);
      if (done === null) return;
      this.#cell.access = null;
      goesOn = this.#hear(done);
    }
  }

  /** Goes on with what is to be done, if the store is free. */
  #goOn(): void {
    const { desk, access } = this.#cell;
    if (desk.found !== null) tellAll(this.#looking, desk.found);
    // Nobody is made to wait for a disk that hangs before it was read.
    else if (access?.overdue === true) this.#tellUnread();
    if (access !== null) return;
    if (desk.due !== null) this.#follow(this.#begin(desk.due));
    else if (desk.settles()) tellAll(this.#waiting, null);
  }

  #begin(what: 'load' | 'save'): Access {
    if (what === 'save') this.#written.push(...this.#waiting.splice(0));
    const access = { done: what === 'load' ? this.options.store.load() : this.#save(), overdue: false };
    this.#cell.access = access;
    return access;
  }

  async #save(): Promise<DiskDone> {
    const { clock } = this.context;
    const { intents } = this.#cell.desk.memory;
    const began = clock.monotonic();
    const error = await this.options.store.save(intents).then(() => null, messageOf);
    return { kind: 'saved', intents, tookMs: clock.monotonic() - began, error };
  }

  #follow(access: Access): void {
    const { context } = this;
    const told = (done: DiskDone) => ({ type: 'store-done', access, done }) as const;
    context.pipe(access.done, told, ({ message: problem }) => told({ kind: 'unread', problem }));
    context.after(PATIENCE_MS, { type: 'store-overdue', access });
    context.after(SLOW_MS, { type: 'store-slow', access });
  }

  /** False: it is to be tried again later. */
  #hear(done: DiskDone): boolean {
    const { desk } = this.#cell;
    const { news, retryMs } = desk.hear(done);
    tellNews(this.context.log, news);
    if (retryMs !== null) {
      this.#cancelRetry();
      this.#cancelRetry = this.context.after(retryMs, { type: 'keep-again' });
    }
    if (done.kind === 'saved') tellAll(this.#written, desk.warning);
    else if (done.kind === 'read') {
      this.options.report.tell({ type: 'intents-found', intents: done.intents });
      tellAll(this.#looking, done.intents);
    } else this.#tellUnread();
    return retryMs === null;
  }

  #tellUnread(): void {
    tellAll(this.#looking, null);
    tellAll(this.#waiting, this.#cell.desk.warning);
  }
}

const silent = 'what was kept before could not be read within 2 s: the disk does not answer';

/** Each of them once. */
function tellAll<T>(waiting: Reply<T>[], answer: T): void {
  for (const reply of waiting.splice(0)) reply.ok(answer);
}
