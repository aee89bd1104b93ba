import {
  type BackendLife,
  type BackendRules,
  beginsAnew,
  departed,
  informed,
  isProbed,
  ruled,
  withLast,
} from '../../domain/backend-life.js';
import type { HealthCheck } from '../../domain/config.js';
import { chancesMs } from '../../domain/probe-time.js';
import { fullHealth, probeInterval } from '../../domain/rise-fall.js';
import type { Address, Reply } from '../../protocol/address.js';
import type { Cancel } from '../../protocol/clock.js';
import type {
  BackendChanged,
  BackendDetail,
  Probed,
  ProbeReadings,
  ProberRequest,
} from '../../protocol/health.js';
import { actorName } from '../kernel/actor-name.js';
import type { ActorSpec, Context } from '../kernel/contract.js';
import type { DoubtNews } from './doubt-log.js';

/** What a backend is, by the config as it counts. */
export interface BackendSetup extends BackendRules {
  /** How long a lack of verdicts is borne, in milliseconds. */
  readonly patienceMs: number;
}

export interface BackendOptions {
  readonly name: string;
  readonly memory: BackendMemory;
  readonly numbers: ProbeReadings;
  readonly prober: Address<ProberRequest>;
  readonly report: Address<BackendChanged | DoubtNews>;
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

/** How long after its timeout the answer of a probe may still be on its way to us. */
const GRACE_MS = 1500;
/** Many first probes are spread at least over this. */
const MIN_SPREAD_MS = 1000;

/** What is known of a backend. It outlives a crash of whoever keeps it: a bug of ours is no news of the backend. */
export interface BackendMemory {
  setup: BackendSetup;
  life: BackendLife;
  /** When it came into its present state, on the clock's monotonic scale: the wall clock may be set meanwhile. */
  enteredAt: number;
  /** Its first probe is spread, because many others begin at the same moment. */
  spreadFirst: boolean;
  /** News of a probe of another round are old: the backend was paused, or is checked in another way. */
  round: number;
}

/** Probes one backend, however many frontends use it, and owns all that is known of it. */
export function backendActor(options: BackendOptions): ActorSpec<BackendMessage> {
  let lives = 0;
  return {
    // Not its bare name, which an operator chooses: it could be that of the prober.
    name: `backend-${actorName(options.name)}`,
    start: (context) => {
      const backend = new BackendKeeper(context, options, options.memory);
      // After a crash: what was changed just before it may not have been told.
      if (lives++ > 0) backend.tell(null);
      return backend;
    },
  };
}

class BackendKeeper {
  #life: BackendLife;
  #givenUp = false;
  /** When the first probe of this round is due, on the clock's monotonic scale; null = it is not probed. */
  #firstProbeAt: number | null = null;
  #cancelGiveUp: Cancel = () => {};

  readonly #context: Context<BackendMessage>;
  readonly #options: BackendOptions;
  readonly #memory: BackendMemory;

  constructor(context: Context<BackendMessage>, options: BackendOptions, memory: BackendMemory) {
    this.#context = context;
    this.#options = options;
    this.#memory = memory;
    this.#life = memory.life;
    if (isProbed(memory.setup)) this.#beginRound();
    this.#watchPatience();
  }

  receive(message: BackendMessage): void {
    switch (message.type) {
      case 'setup':
        this.#set(message);
        break;
      case 'depart':
        this.stop();
        this.#become(departed(this.#life, this.#memory.setup, this.#context.clock.now()));
        message.reply.ok(undefined);
        break;
      case 'get-detail': {
        const { name, numbers } = this.#options;
        const life = withLast(this.#life, numbers.reading(name)?.last(1)[0] ?? null);
        message.reply.ok({ name, life, givenUp: this.#givenUp });
        break;
      }
      case 'probed':
        if (message.round === this.#memory.round) this.#probed(message);
        break;
      case 'begin-again':
        this.#memory.spreadFirst = true;
        if (isProbed(this.#memory.setup)) this.#beginRound();
        break;
      case 'give-up':
        this.#giveUp(message.since);
        break;
    }
  }

  stop(): void {
    this.#memory.round++;
    this.#firstProbeAt = null;
    // Also when no probe runs: the prober remembers whom it probes.
    this.#options.prober.tell({ type: 'cancel', backend: this.#options.name });
  }

  #set({ setup: after, reason, spread }: Extract<BackendMessage, { type: 'setup' }>): void {
    this.#memory.spreadFirst = spread;
    const before = this.#memory.setup;
    this.#memory.setup = after;
    this.#become(ruled(this.#life, { before, after, reason }, this.#context.clock.now()));
    const givenUp = this.#givenUp;
    if (!isProbed(after)) this.stop();
    else if (beginsAnew(before, after)) {
      this.#givenUp = false;
      this.#memory.enteredAt = this.#context.clock.monotonic();
      this.#beginRound();
    } else if (before.check !== after.check) this.#retune(after);
    if (before.patienceMs !== after.patienceMs || before.check !== after.check) this.#watchPatience();
    if (before.address !== after.address || givenUp !== this.#givenUp) this.tell(null);
  }

  /** Begins to probe as the setup says now; what is told of a probe before does not count any more. */
  #beginRound(): void {
    const memory = this.#memory;
    const context = this.#context;
    const options = this.#options;
    const { check, address } = memory.setup;
    if (check === null) return;
    memory.round++;
    const startMs = memory.spreadFirst ? context.clock.random() * this.#spreadMs(check) : 0;
    memory.spreadFirst = false;
    this.#firstProbeAt = context.clock.monotonic() + startMs;
    const { standing } = this.#life;
    options.prober.tell({
      type: 'watch',
      backend: options.name,
      address,
      check,
      round: memory.round,
      standing,
      startMs,
      report: context.self,
    });
    this.#watchPatience();
  }

  /** The same is asked as before, and a probe that is under way still counts; but the next one may be due another time. */
  #retune({ check, address }: BackendSetup): void {
    const memory = this.#memory;
    const context = this.#context;
    const options = this.#options;
    const life = this.#life;
    if (check === null) return;
    memory.round++;
    const { name, prober } = options;
    prober.tell({ type: 'retune', backend: name, address, check, round: memory.round });
    // The first probe, if it has not been, may be put off once more.
    if (life.state === 'unknown' && life.standing.counter === fullHealth(check)) {
      const latest = context.clock.monotonic() + probeInterval(check, life.standing);
      this.#firstProbeAt = Math.max(this.#firstProbeAt ?? latest, latest);
    }
  }

  /** Within the interval, and early enough that it has its verdict before patience ends. */
  #spreadMs(check: HealthCheck): number {
    const interval = probeInterval(check, this.#life.standing);
    return Math.min(
      interval,
      Math.max(MIN_SPREAD_MS, this.#memory.setup.patienceMs - check.timeout - GRACE_MS),
    );
  }

  #probed(news: Probed): void {
    this.#become(informed(this.#life, this.#memory.setup, news, this.#context.clock.now()));
  }

  #become(life: BackendLife): void {
    const before = this.#life;
    this.#life = life;
    this.#memory.life = life;
    this.#tellDoubt(before.doubt);
    if (life.state === before.state) return;
    const [transition = null] = life.history;
    const { name } = this.#options;
    const { from = before.state, reason = '', result = null } = transition ?? {};
    const fields = { backend: name, from, to: life.state, reason, code: result?.code ?? null };
    this.#context.log.log('info', 'backend-transition', fields);
    this.#memory.enteredAt = this.#context.clock.monotonic();
    this.#givenUp = false;
    this.#watchPatience();
    this.tell(transition);
  }

  /** Of a doubt that came or went, or has another cause. */
  #tellDoubt(before: BackendLife['doubt']): void {
    const { state, doubt } = this.#life;
    const { name, report } = this.#options;
    if (before?.result.code === doubt?.result.code) return;
    const about = (doubt ?? before)?.result;
    if (about === undefined) return;
    const lastedMs = doubt === null && before !== null ? this.#context.clock.now() - before.since : null;
    const { code, detail } = about;
    report.tell({ type: 'doubt-news', backend: name, state, code, detail, lastedMs });
  }

  /**
   * Without a verdict for too long, a backend counts as down; but not because of a trouble of our own, not without a
   * failure, and not before it has had all its chances.
   */
  #watchPatience(): void {
    this.#cancelGiveUp();
    const { check, patienceMs } = this.#memory.setup;
    if (this.#life.state !== 'unknown' || check === null || this.#firstProbeAt === null) return;
    const since = this.#memory.enteredAt;
    const deadline = Math.max(since + patienceMs, this.#firstProbeAt + chancesMs(check) + GRACE_MS);
    const left = Math.max(0, deadline - this.#context.clock.monotonic());
    this.#cancelGiveUp = this.#context.after(left, { type: 'give-up', since });
  }

  #giveUp(since: number): void {
    const { state, doubt, standing } = this.#life;
    const { check } = this.#memory.setup;
    if (this.#givenUp || state !== 'unknown' || this.#memory.enteredAt !== since || doubt !== null) return;
    // Not even a failure: it is the prober that gives no answers, and no news of this backend.
    if (check === null || standing.counter === fullHealth(check)) return;
    this.#givenUp = true;
    const { name } = this.#options;
    this.#context.log.log('warn', 'backend-given-up', {
      backend: name,
      patienceMs: this.#memory.setup.patienceMs,
    });
    this.tell(null);
  }

  tell(transition: BackendChanged['transition']): void {
    const { name, report } = this.#options;
    const { state } = this.#life;
    const { address } = this.#memory.setup;
    report.tell({
      type: 'backend-changed',
      report: { name, address, state, givenUp: this.#givenUp },
      transition,
    });
  }
}
