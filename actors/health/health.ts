import { withLast } from '../../domain/backend-life.js';
import {
  type BackendMemory,
  type BackendSetup,
  beginTogether,
  memoryOf,
  reasonOf,
  reportOf,
  sameSetup,
  setupOf,
} from '../../domain/backend-memory.js';
import { unknownBackend } from '../../domain/did-you-mean.js';
import { type DoubtsTold, DoubtTelling, GATHER_MS } from '../../domain/doubt-telling.js';
import type { Effective } from '../../domain/operator.js';
import type { Touched } from '../../domain/operator-wish.js';
import { type Slice, sliced } from '../../domain/slice.js';
import { inTurns, type Piecemeal } from '../../domain/turns.js';
import { inWindow } from '../../domain/window.js';
import type { ProbeBook } from '../../probes/engine/book.js';
import type { Address } from '../../protocol/address.js';
import type {
  BackendChanged,
  BackendDetail,
  BackendReport,
  HealthRequest,
  ProberRequest,
} from '../../protocol/health.js';
import type { EffectiveChanged, OperatorRequest } from '../../protocol/operator.js';
import type { VouchRequest } from '../../protocol/vpp.js';
import type { ActorRef, ActorSpec, Alias, Context } from '../kernel/contract.js';
import { Life } from '../life.js';
import { tellNews } from '../news.js';
import { crowd } from '../supervision.js';
import { BackendActor, type BackendDoubted, type BackendMessage, type BackendWorld } from './backend.js';
import { type MakeEngine, type ProberRestarted, proberActor } from './prober.js';

export interface HealthOptions {
  /** Asked for the config as it counts at every start. */
  readonly operator: Address<OperatorRequest>;
  /** Told of every change of a backend, by the backend itself. */
  readonly report: Address<BackendChanged>;
  readonly makeEngine: MakeEngine;
  /** Who knows whether VPP lives; null = there is no VPP. */
  readonly vpp: Address<VouchRequest> | null;
  /** What is known of the backends; it outlives this actor. */
  readonly memories: Map<string, BackendMemory>;
  /** The numbers of their probes; the same. */
  readonly book: ProbeBook;
}

export type HealthMessage =
  | HealthRequest
  | EffectiveChanged
  | BackendDoubted
  | ProberRestarted
  | { readonly type: 'tell-doubts'; readonly key: string };

/** Of thousands of backends of a new config; making an actor takes as long as working out so many setups. */
const SETUPS_A_TURN = 400;
const SETUPS_OF_AN_ACTOR = 5;
/** Backends that are gone and end at once. */
const ENDING = 64;

/** Supervises one actor a backend, and keeps them to the config. */
export function healthActor(options: HealthOptions): ActorSpec<HealthMessage> {
  return {
    name: 'health',
    supervision: crowd,
    start: async (context) => {
      const now = await context.ask(options.operator, { type: 'get-effective' });
      const health = new Health(context, options);
      await health.follow(now, { kind: 'all' }, true);
      // After a crash: what was changed just before it may not have been told.
      if (context.isRestart) health.tellAll();
      return health;
    },
  };
}

class Health extends Life<HealthMessage, HealthOptions> {
  readonly #backends = new Map<string, ActorRef<BackendMessage>>();
  #prober: ActorRef<ProberRequest> | null = null;
  /** Backends hold no address of a prober that may be replaced by one in another namespace. */
  readonly #probing: Alias<ProberRequest>;
  readonly #world: BackendWorld;
  #netns = '';
  readonly #doubts = new DoubtTelling();

  constructor(context: Context<HealthMessage>, options: HealthOptions) {
    super(context, options);
    this.#probing = context.alias('prober');
    const { book, report } = options;
    this.#world = { book, prober: this.#probing, report, doubts: context.self };
  }

  receive(message: HealthMessage): void | Promise<void> {
    switch (message.type) {
      case 'effective-changed':
        return this.follow(message.effective, message.touched, false).then(() => {
          message.reply.ok(undefined);
        });
      case 'backend-doubted':
        this.#tellDoubts(this.#doubts.add(message.news));
        break;
      case 'tell-doubts':
        this.#tellDoubts(this.#doubts.tellGathered(message.key));
        break;
      case 'prober-restarted':
        this.#beginAgain();
        break;
      case 'get-probe-numbers':
        message.reply.ok(this.options.book);
        break;
      case 'list-states':
        message.reply.ok(this.#reports());
        break;
      case 'list-details':
        message.reply.ok(this.#details(message.slice));
        break;
      case 'get-detail': {
        const backend = this.#backends.get(message.name);
        if (backend !== undefined) this.context.relay(backend, message);
        else message.reply.fail(unknownBackend(message.name, this.#backends.keys()));
        break;
      }
    }
  }

  /** At once, whatever the backends are busy with: what is known of them outlives their actors. */
  #details(slice?: Slice): BackendDetail[] {
    const { memories, book } = this.options;
    return sliced(memories, slice).map(([name, { life, givenUp }]) => {
      return { name, life: withLast(life, book.reading(name)?.last(1)[0] ?? null), givenUp };
    });
  }

  /** Of all that are in the config; of one that was just added, too, whose actor has not had its turn. */
  #reports(): BackendReport[] {
    const known = [...this.options.memories].filter(([name]) => this.#backends.has(name));
    return known.map(([name, memory]) => reportOf(name, memory));
  }

  #tellDoubts({ news, later }: DoubtsTold): void {
    tellNews(this.context.log, news);
    if (later !== null) this.context.after(GATHER_MS, { type: 'tell-doubts', key: later });
  }

  /** The prober is a new one. */
  #beginAgain(): void {
    for (const backend of this.#backends.values()) backend.tell({ type: 'begin-again' });
  }

  tellAll(): void {
    for (const report of this.#reports()) {
      this.options.report.tell({ type: 'backend-changed', report, transition: null });
    }
  }

  /** Brings the backends to the config. Those that did not change notice nothing. */
  async follow({ config, paused }: Effective, touched: Touched, atStart: boolean): Promise<void> {
    const context = this.context;
    if (touched.kind === 'weight') return;
    if (touched.kind === 'backend') {
      const backend = config.backends.get(touched.backend);
      if (backend !== undefined) this.#set(backend.name, setupOf(backend, config, paused), false);
      return;
    }
    if (this.#prober === null || this.#netns !== config.healthchecker.netns) {
      if (this.#prober !== null) await context.stopChild(this.#prober);
      this.#netns = config.healthchecker.netns;
      const { makeEngine, vpp, book } = this.options;
      const netns = this.#netns;
      this.#prober = context.spawn(proberActor({ netns, makeEngine, vpp, book, restarted: context.self }));
      this.#probing.bind(this.#prober);
      this.#beginAgain();
    }
    const vanished = [...this.#backends].filter(([name]) => !config.backends.has(name));
    // Awaited: the next reload may bring the same name back.
    await inWindow(vanished, ENDING, ([name, actor]) => this.#end(name, actor));
    for (const name of this.options.memories.keys()) {
      if (config.backends.has(name)) continue;
      this.options.memories.delete(name);
      this.options.book.release(name);
    }
    await inTurns(this.#setAll({ config, paused }, atStart), SETUPS_A_TURN);
  }

  *#setAll({ config, paused }: Effective, atStart: boolean): Piecemeal<void> {
    const setups: (readonly [string, BackendSetup])[] = [];
    for (const one of config.backends.values()) {
      setups.push([one.name, setupOf(one, config, paused)]);
      yield 1;
    }
    const spread = atStart || beginTogether(setups, this.options.memories);
    for (const [name, setup] of setups) {
      this.#set(name, setup, spread);
      yield SETUPS_OF_AN_ACTOR;
    }
  }

  #set(name: string, setup: BackendSetup, spread: boolean): void {
    const actor = this.#backends.get(name);
    const before = this.options.memories.get(name)?.setup;
    if (actor === undefined || before === undefined) this.#add(name, setup, spread);
    else if (!sameSetup(before, setup)) {
      actor.tell({ type: 'setup', setup, reason: reasonOf(before, setup), spread });
    }
  }

  async #end(name: string, actor: ActorRef<BackendMessage>): Promise<void> {
    this.#backends.delete(name);
    // One that fails just now cannot tell of its end. It ends all the same.
    await this.context.ask(actor, { type: 'depart' }, { timeoutMs: 1000 }).catch(() => {});
    await this.context.stopChild(actor);
    // Whatever became of its actor: its numbers are somebody else's soon.
    this.#prober?.tell({ type: 'cancel', backend: name });
  }

  #add(name: string, setup: BackendSetup, spread: boolean): void {
    const { clock } = this.context;
    const { memories, book } = this.options;
    const known = memories.get(name);
    const round = known?.round ?? book.nextRound();
    const begin = { at: clock.now(), monotonic: Math.floor(clock.monotonic()), spread, round };
    const memory = memoryOf(known, setup, begin);
    const { state } = memory.life;
    memories.set(name, memory);
    if (known === undefined) {
      const fields = { backend: name, from: state, to: state, reason: 'it is in the config', code: null };
      this.context.log.log('debug', 'backend-transition', fields);
    }
    this.#backends.set(name, this.context.spawn(new BackendActor(name, memory, this.#world)));
  }
}
