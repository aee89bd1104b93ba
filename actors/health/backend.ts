import {
  type BackendLife,
  departed,
  informed,
  isProbed,
  ruled,
  withLast,
} from '../../domain/backend-life.js';
import {
  type BackendMemory,
  type BackendSetup,
  countsAsDown,
  patienceEndsAt,
  probingAfter,
  putOff,
  reportOf,
  spreadMs,
} from '../../domain/backend-memory.js';
import { type DoubtNews, doubtNews } from '../../domain/doubt-telling.js';
import type { ProbeBook } from '../../probes/engine/book.js';
import type { Address, Reply } from '../../protocol/address.js';
import type { Cancel } from '../../protocol/clock.js';
import type { BackendChanged, BackendDetail, Probed, ProberRequest } from '../../protocol/health.js';
import { actorName } from '../kernel/actor-name.js';
import type { ActorSpec, Context } from '../kernel/contract.js';
import { Life } from '../life.js';

/** What all backends have in common. */
export interface BackendWorld {
  readonly book: Pick<ProbeBook, 'reading' | 'nextRound'>;
  readonly prober: Address<ProberRequest>;
  readonly report: Address<BackendChanged>;
  readonly doubts: Address<BackendDoubted>;
}

export interface BackendDoubted {
  readonly type: 'backend-doubted';
  readonly news: DoubtNews;
}

export type BackendMessage =
  | {
      readonly type: 'setup';
      readonly setup: BackendSetup;
      readonly reason: string;
      /** Spread its first probe: many others begin now too. */
      readonly spread: boolean;
    }
  /** It left the config: tell of it. Its supervisor ends it. */
  | { readonly type: 'depart'; readonly reply: Reply<void> }
  | { readonly type: 'get-detail'; readonly reply: Reply<BackendDetail> }
  | Probed
  /** There is a new prober, which knows nobody. */
  | { readonly type: 'begin-again' }
  | { readonly type: 'give-up'; readonly since: number };

/** Has one backend probed, however many frontends use it, and owns all that is known of it. */
export class BackendActor implements ActorSpec<BackendMessage> {
  /** Not its bare name, which an operator chooses: it could be that of the prober. */
  readonly name: string;
  readonly backend: string;
  readonly memory: BackendMemory;
  readonly world: BackendWorld;

  constructor(backend: string, memory: BackendMemory, world: BackendWorld) {
    this.name = `backend-${actorName(backend)}`;
    this.backend = backend;
    this.memory = memory;
    this.world = world;
  }

  start(context: Context<BackendMessage>): BackendKeeper {
    return new BackendKeeper(context, this);
  }
}

class BackendKeeper extends Life<BackendMessage, BackendActor> {
  /** Since when its probes judge it, monotonic: the first of this round, or the end of the last doubt; null: it has none. */
  #chancesFrom: number | null = null;
  #cancelGiveUp: Cancel | null = null;

  constructor(context: Context<BackendMessage>, actor: BackendActor) {
    super(context, actor);
    if (isProbed(actor.memory.setup)) this.#beginRound();
    this.#watchPatience();
    // After a crash: what was changed just before it may not have been told.
    if (context.isRestart) this.#tell(null);
  }

  receive(message: BackendMessage): void {
    const { setup, life, round } = this.options.memory;
    const { clock } = this.context;
    switch (message.type) {
      case 'setup':
        this.#set(message);
        break;
      case 'depart':
        this.stop();
        this.#become(departed(life, setup, clock.now()));
        message.reply.ok(undefined);
        break;
      case 'get-detail': {
        const { backend: name, world, memory } = this.options;
        const last = world.book.reading(name)?.last(1)[0] ?? null;
        message.reply.ok({ name, life: withLast(life, last), givenUp: memory.givenUp });
        break;
      }
      case 'probed':
        if (message.round === round) this.#become(informed(life, setup, message, clock.now()));
        break;
      case 'begin-again':
        this.options.memory.spreadFirst = true;
        if (isProbed(setup)) this.#beginRound();
        break;
      case 'give-up':
        this.#giveUp(message.since);
        break;
    }
  }

  stop(): void {
    const { world, backend, memory } = this.options;
    memory.round = world.book.nextRound();
    this.#chancesFrom = null;
    // Also when no probe runs: the prober remembers whom it probes.
    world.prober.tell({ type: 'cancel', backend });
  }

  #set({ setup: after, reason, spread }: Extract<BackendMessage, { type: 'setup' }>): void {
    const memory = this.options.memory;
    const { clock } = this.context;
    memory.spreadFirst = spread;
    const before = memory.setup;
    memory.setup = after;
    this.#become(ruled(memory.life, { before, after, reason }, clock.now()));
    const { givenUp } = memory;
    switch (probingAfter(before, after)) {
      case 'stop':
        this.stop();
        break;
      case 'anew':
        memory.givenUp = false;
        memory.enteredAt = Math.floor(clock.monotonic());
        this.#beginRound();
        break;
      case 'retune':
        this.#retune(after);
        break;
      case 'same':
        break;
    }
    if (before.patienceMs !== after.patienceMs || before.check !== after.check) this.#watchPatience();
    if (before.address !== after.address || givenUp !== memory.givenUp) this.#tell(null);
  }

  /** Begins to probe as the setup says now; what is told of a probe before does not count any more. */
  #beginRound(): void {
    const memory = this.options.memory;
    const { clock, self: report } = this.context;
    const { backend, world } = this.options;
    const { check, address } = memory.setup;
    if (check === null) return;
    memory.round = world.book.nextRound();
    const startMs = memory.spreadFirst ? clock.random() * spreadMs(memory, check) : 0;
    memory.spreadFirst = false;
    this.#chancesFrom = Math.floor(clock.monotonic() + startMs);
    const { standing } = memory.life;
    const { round } = memory;
    world.prober.tell({ type: 'watch', backend, address, check, round, standing, startMs, report });
    this.#watchPatience();
  }

  /** The same is asked as before, and a probe that is under way still counts; but the next one may be due another time. */
  #retune({ check, address }: BackendSetup): void {
    const memory = this.options.memory;
    if (check === null) return;
    const { backend, world } = this.options;
    memory.round = world.book.nextRound();
    world.prober.tell({ type: 'retune', backend, address, check, round: memory.round });
    this.#chancesFrom = putOff(memory, check, this.#chancesFrom, this.context.clock.monotonic());
  }

  #become(life: BackendLife): void {
    const memory = this.options.memory;
    const { life: before } = memory;
    const { clock, log } = this.context;
    const { backend, world } = this.options;
    memory.life = life;
    const doubt = doubtNews(backend, before.doubt, life, clock.now());
    if (doubt !== null) world.doubts.tell({ type: 'backend-doubted', news: doubt });
    if (before.doubt !== null && life.doubt === null && this.#chancesFrom !== null) {
      this.#chancesFrom = Math.floor(clock.monotonic());
      this.#watchPatience();
    }
    if (life.state === before.state) return;
    const [transition = null] = life.history;
    const { from = before.state, reason = '', result = null } = transition ?? {};
    const fields = { backend, from, to: life.state, reason, code: result?.code ?? null };
    log.log('info', 'backend-transition', fields);
    memory.enteredAt = Math.floor(clock.monotonic());
    memory.givenUp = false;
    this.#watchPatience();
    this.#tell(transition);
  }

  /** Without a verdict for too long, a backend counts as down. */
  #watchPatience(): void {
    this.#cancelGiveUp?.();
    this.#cancelGiveUp = null;
    const endsAt = patienceEndsAt(this.options.memory, this.#chancesFrom);
    if (endsAt === null) return;
    const left = Math.max(0, endsAt - this.context.clock.monotonic());
    this.#cancelGiveUp = this.context.after(left, { type: 'give-up', since: this.options.memory.enteredAt });
  }

  #giveUp(since: number): void {
    const { backend, memory } = this.options;
    if (memory.givenUp || memory.enteredAt !== since || !countsAsDown(memory)) return;
    memory.givenUp = true;
    const { patienceMs } = memory.setup;
    this.context.log.log('warn', 'backend-given-up', { backend, patienceMs });
    this.#tell(null);
  }

  #tell(transition: BackendChanged['transition']): void {
    const { backend, memory, world } = this.options;
    world.report.tell({ type: 'backend-changed', report: reportOf(backend, memory), transition });
  }
}
