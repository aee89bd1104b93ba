import {
  type BackendLife,
  type BackendRules,
  beginsAnew,
  departed,
  isProbed,
  observed,
  ruled,
} from '../../domain/backend-life.js';
import type { HealthCheck } from '../../domain/config.js';
import type { ProbeResult } from '../../domain/probe-result.js';
import { chancesMs, nextProbeAt } from '../../domain/probe-time.js';
import { fullHealth, probeInterval } from '../../domain/rise-fall.js';
import type { Address, Reply } from '../../protocol/address.js';
import type { Cancel } from '../../protocol/clock.js';
import type { BackendChanged, BackendDetail, ProberRequest } from '../../protocol/health.js';
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
  | { readonly type: 'probed'; readonly round: number; readonly result: ProbeResult }
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
  private life: BackendLife;
  private givenUp = false;
  /** A probe or a timer of another round is old: the backend was paused, or is checked in another way. */
  private round = 0;
  private probing = false;
  private begunAt = 0;
  /** The interval that counted last, before it was spread. */
  private pace = Number.POSITIVE_INFINITY;
  /** When the first probe of this round began, on the clock's monotonic scale; null = not yet. */
  private firstProbeAt: number | null = null;
  private cancelDue: Cancel = () => {};
  private cancelGiveUp: Cancel = () => {};

  constructor(
    private readonly context: Context<BackendMessage>,
    private readonly options: BackendOptions,
    private readonly memory: BackendMemory,
  ) {
    this.life = memory.life;
    this.watchPatience();
    if (isProbed(memory.setup)) this.beginRound();
  }

  receive(message: BackendMessage): void {
    switch (message.type) {
      case 'setup':
        this.set(message);
        break;
      case 'depart':
        this.stopProbing();
        // Also when no probe runs: the prober remembers whom it probes.
        this.options.prober.tell({ type: 'cancel', backend: this.options.name });
        this.become(departed(this.life, this.memory.setup, this.context.clock.now()));
        message.reply.ok(undefined);
        break;
      case 'get-detail':
        message.reply.ok({ name: this.options.name, life: this.life, givenUp: this.givenUp });
        break;
      case 'probed':
        if (message.round === this.round) this.probed(message.result);
        break;
      case 'give-up':
        this.giveUp(message.since);
        break;
    }
  }

  stop(): void {
    this.cancelDue();
    if (this.probing) this.options.prober.tell({ type: 'cancel', backend: this.options.name });
  }

  private set({ setup: after, reason, spread }: Extract<BackendMessage, { type: 'setup' }>): void {
    this.memory.spreadFirst = spread;
    const before = this.memory.setup;
    this.memory.setup = after;
    this.become(ruled(this.life, { before, after, reason }, this.context.clock.now()));
    const { givenUp } = this;
    if (!isProbed(after)) this.stopProbing();
    else if (beginsAnew(before, after)) {
      this.givenUp = false;
      this.memory.enteredAt = this.context.clock.monotonic();
      this.beginRound();
    } else if (before.check !== after.check) this.changePace(after.check);
    if (before.patienceMs !== after.patienceMs || before.check !== after.check) this.watchPatience();
    if (before.address !== after.address || givenUp !== this.givenUp) this.tell(null);
  }

  /** Forgets the probe that is under way, if any, and begins to probe as the setup says now. */
  private beginRound(): void {
    this.stopProbing();
    const { check } = this.memory.setup;
    if (check === null) return;
    const { memory, context } = this;
    this.firstProbeAt = null;
    this.pace = probeInterval(check, this.life.standing);
    this.cancelGiveUp();
    const spread = memory.spreadFirst ? context.clock.random() * this.spreadMs(check) : 0;
    memory.spreadFirst = false;
    this.dueIn(spread);
  }

  /** The same is asked as before, and a probe that is under way still counts; but the next one may be due another time. */
  private changePace(check: HealthCheck | null): void {
    if (check === null || this.probing) return;
    const interval = probeInterval(check, this.life.standing);
    const waitsForFirst = this.firstProbeAt === null;
    if (
      interval < this.pace &&
      (waitsForFirst || this.begunAt + interval <= this.context.clock.monotonic())
    ) {
      this.pace = interval;
      // Many others may be late by the same change.
      this.dueIn(this.context.clock.random() * interval);
    } else if (interval !== this.pace && !waitsForFirst) this.scheduleNext();
  }

  /** Within the interval, and early enough that it has its verdict before patience ends. */
  private spreadMs(check: HealthCheck): number {
    const interval = probeInterval(check, this.life.standing);
    return Math.min(
      interval,
      Math.max(MIN_SPREAD_MS, this.memory.setup.patienceMs - check.timeout - GRACE_MS),
    );
  }

  private stopProbing(): void {
    this.round++;
    this.stop();
    this.probing = false;
  }

  private dueIn(ms: number): void {
    this.cancelDue();
    // No message to itself: with thousands of backends that would be a quarter of all there is to do.
    this.cancelDue = this.context.clock.schedule(ms, () => this.probe());
  }

  private probe(): void {
    const { check, address } = this.memory.setup;
    if (check === null || this.probing) return;
    const { name, prober } = this.options;
    const { context, round } = this;
    this.probing = true;
    this.begunAt = context.clock.monotonic();
    if (this.firstProbeAt === null) {
      this.firstProbeAt = this.begunAt;
      this.watchPatience();
    }
    context.pipe(
      context.ask(prober, { type: 'probe', backend: name, address, check }),
      (result) => ({ type: 'probed', round, result }),
      (error) => ({ type: 'probed', round, result: noAnswer(error) }),
    );
  }

  private probed(result: ProbeResult): void {
    const { context, memory } = this;
    this.probing = false;
    // Its prober was replaced, or ends with us: it is asked again, and nobody has to doubt anything.
    if (result.code !== 'CANCELLED') {
      this.become(observed(this.life, memory.setup, result, context.clock.now()));
    }
    this.scheduleNext();
  }

  /** The interval runs from the beginning of a probe to the beginning of the next, which never overlap. */
  private scheduleNext(): void {
    const { check } = this.memory.setup;
    if (check === null) return;
    const { clock } = this.context;
    const { begunAt, pace } = this;
    const interval = probeInterval(check, this.life.standing);
    this.pace = interval;
    this.dueIn(Math.max(0, nextProbeAt({ begunAt, interval, pace }, clock.random()) - clock.monotonic()));
  }

  private become(life: BackendLife): void {
    const before = this.life;
    this.life = life;
    this.memory.life = life;
    this.tellDoubt(before.doubt);
    if (life.state === before.state) return;
    const [transition = null] = life.history;
    const { name } = this.options;
    const { from = before.state, reason = '', result = null } = transition ?? {};
    const fields = { backend: name, from, to: life.state, reason, code: result?.code ?? null };
    this.context.log.log('info', 'backend-transition', fields);
    this.memory.enteredAt = this.context.clock.monotonic();
    this.givenUp = false;
    this.watchPatience();
    this.tell(transition);
  }

  /** Of a doubt that came or went, or has another cause. */
  private tellDoubt(before: BackendLife['doubt']): void {
    const { state, doubt } = this.life;
    const { name, report } = this.options;
    if (before?.result.code === doubt?.result.code) return;
    const about = (doubt ?? before)?.result;
    if (about === undefined) return;
    const lastedMs = doubt === null && before !== null ? this.context.clock.now() - before.since : null;
    const { code, detail } = about;
    report.tell({ type: 'doubt-news', backend: name, state, code, detail, lastedMs });
  }

  /**
   * Without a verdict for too long, a backend counts as down; but not because of a trouble of our own, not without a
   * failure, and not before it has had all its chances.
   */
  private watchPatience(): void {
    this.cancelGiveUp();
    const { check, patienceMs } = this.memory.setup;
    if (this.life.state !== 'unknown' || check === null || this.firstProbeAt === null) return;
    const since = this.memory.enteredAt;
    const deadline = Math.max(since + patienceMs, this.firstProbeAt + chancesMs(check) + GRACE_MS);
    const left = Math.max(0, deadline - this.context.clock.monotonic());
    this.cancelGiveUp = this.context.after(left, { type: 'give-up', since });
  }

  private giveUp(since: number): void {
    const { state, doubt, standing } = this.life;
    const { check } = this.memory.setup;
    if (this.givenUp || state !== 'unknown' || this.memory.enteredAt !== since || doubt !== null) return;
    // Not even a failure: it is the prober that gives no answers, and no news of this backend.
    if (check === null || standing.counter === fullHealth(check)) return;
    this.givenUp = true;
    const { name } = this.options;
    this.context.log.log('warn', 'backend-given-up', {
      backend: name,
      patienceMs: this.memory.setup.patienceMs,
    });
    this.tell(null);
  }

  tell(transition: BackendChanged['transition']): void {
    const { name, report } = this.options;
    const { state } = this.life;
    const { address } = this.memory.setup;
    report.tell({
      type: 'backend-changed',
      report: { name, address, state, givenUp: this.givenUp },
      transition,
    });
  }
}

function noAnswer(error: Error): ProbeResult {
  return { verdict: 'doubt', code: 'ENGINE', detail: error.message, durationMs: 0 };
}
