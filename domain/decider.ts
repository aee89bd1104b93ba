import type { Frontend } from './config.js';
import {
  backendState,
  backendsOf,
  type Circumstances,
  type Decided,
  decideAgain,
  decideFrontend,
  decisionOf,
  type Explained,
  explainChange,
  type Heard,
  hear,
  knowledgeOf,
  nothingExplained,
  sameFrame,
  sameHeard,
  undecided,
  usersOf,
} from './deciding.js';
import { sameDesiredVip, vipKeyOf } from './desired.js';
import { unknownBackend, unknownFrontend } from './did-you-mean.js';
import { asMaglevError, type MaglevError } from './errors.js';
import type { FieldsOf, MaglevEvent } from './events.js';
import type { FrontendState } from './health.js';
import { type Hypothesis, heardIf } from './hypothesis.js';
import type { IpAddress } from './ip.js';
import { type Decision, type DesiredVip, vipId } from './lb.js';
import type { Effective } from './operator.js';
import type { Touched } from './operator-wish.js';
import { type Slice, sliced } from './slice.js';
import { atOnce, type Piecemeal } from './turns.js';
import { type BackendView, type FrontendView, viewBackend, viewFrontend } from './views.js';

/** A backend as health tells of it. */
export type HeardOf = Heard & { readonly name: string };

/** Why something is decided anew. */
export type DecisionCause = FieldsOf<'decision'>['cause'];

/** Why a frontend is decided anew. */
interface Due {
  readonly cause: DecisionCause;
  /** Backends that were heard of, when nothing else has changed since it was decided; null: anything may have. */
  readonly heard: Set<string> | null;
}

/** How frontends stood when the log was last told, by name. */
export type Told = Map<string, { readonly state: FrontendState; readonly pool: string }>;

/** A thousand with ten servers each take 30 ms in a process that has done it once, and 80 in one that has not. */
export const FRONTENDS_A_TURN = 48;

/** What was wanted of a frontend, and what is now. */
export interface Step {
  readonly before: DesiredVip | null;
  readonly vip: DesiredVip;
  readonly differs: boolean;
}

/** What came of deciding. */
export interface Outcome {
  /** Is it to be told as a whole? Its settings, or which VIPs there are, have changed. */
  readonly whole: boolean;
  /** Frontends that were decided, as before and as now; with those that differ in nothing. */
  readonly steps: readonly Step[];
  readonly news: readonly MaglevEvent[];
}

/** What came of another config that counts. */
export interface Followed {
  readonly outcome: Outcome;
  /** Servers whose flows are to be cut whatever becomes of their weight. */
  readonly cut: ReadonlySet<IpAddress>;
  readonly explained: Explained;
}

const nobody: ReadonlySet<IpAddress> = new Set();

/**
 * What is wanted in VPP, from the config, the states of the backends and what operators asked for; each frontend is
 * decided once for each cause. A bug that strikes while one frontend is decided leaves that one as it was.
 */
export class Decider {
  readonly #told: Told;
  readonly #heard = new Map<string, Heard>();
  #effective: Effective;
  #holdAll: boolean;
  /** In the order of the config. */
  #decided = new Map<string, Decided>();
  /** As a whole; null = to be put together when somebody asks, which few do: a change of one VIP is told alone. */
  #decision: Decision | null = null;
  /** The frontends that use a backend. */
  #users: ReadonlyMap<string, readonly string[]> = new Map();
  /** Frontends that are to be decided anew. */
  readonly #due = new Map<string, Due>();
  /** Those that could not be decided. */
  readonly #failed = new Set<string>();
  #news: MaglevEvent[] = [];

  /** Nothing is decided yet. `holdAll`: because of a verdict nothing is changed yet. */
  constructor(effective: Effective, reports: readonly HeardOf[], holdAll: boolean, told: Told) {
    this.#told = told;
    this.#effective = effective;
    this.#holdAll = holdAll;
    for (const report of reports) this.#learn(report);
  }

  get decision(): Decision {
    this.#decision ??= decisionOf(
      this.#effective.config.lb,
      Array.from(this.#decided.values(), ({ vip }) => vip),
    );
    return this.#decision;
  }

  /** Under which it was decided. */
  get circumstances(): Circumstances {
    return { effective: this.#effective, heard: this.#heard, holdAll: this.#holdAll };
  }

  /** True when something is due now, and nothing was before. */
  hear(report: HeardOf): boolean {
    const idle = this.#due.size === 0;
    if (this.#learn(report))
      for (const name of this.usersOf(report.name)) {
        const due = this.#due.get(name);
        if (due === undefined) this.#due.set(name, { cause: 'health', heard: new Set([report.name]) });
        else due.heard?.add(report.name);
      }
    return idle && this.#due.size > 0;
  }

  /** Is more due than was decided in this turn? */
  get owes(): boolean {
    return this.#due.size > 0;
  }

  /**
   * Decides what is due, or as much of it as a turn of the event loop may take; when a hundred backends of a frontend have
   * failed together, once about all.
   */
  decideDue(): Outcome {
    let cause: DecisionCause | null = null;
    const names: string[] = [];
    for (const [name, due] of this.#due) {
      cause ??= due.cause;
      if (due.cause === cause) names.push(name);
      if (names.length === FRONTENDS_A_TURN) break;
    }
    return this.#decideSome(cause ?? 'health', names);
  }

  /** From now on a frontend is decided by the verdicts that there are; all of them are due. */
  settle(): Outcome {
    this.#holdAll = false;
    for (const name of this.#decided.keys()) this.#due.set(name, { cause: 'settled', heard: null });
    return this.decideDue();
  }

  /**
   * Everything, for the first time or after anything may have changed; piece by piece, each of which is a frontend. Until all
   * is decided it must be asked for nothing, and told nothing.
   */
  *decidingAll(effective: Effective, cause: 'start' | 'reload'): Piecemeal<Outcome> {
    const before = this.decision;
    this.#effective = effective;
    const { config } = effective;
    this.#users = usersOf(config);
    yield config.frontends.size / 4;
    const decided = new Map<string, Decided>();
    for (const [name, frontend] of config.frontends) {
      decided.set(name, this.#decide(frontend, null));
      yield 1;
    }
    this.#decided = decided;
    for (const name of this.#told.keys()) if (!this.#decided.has(name)) this.#tellRemoval(name);
    for (const name of this.#failed) if (!this.#decided.has(name)) this.#failed.delete(name);
    this.#due.clear();
    this.#decision = null;
    const { vips } = this.decision;
    yield vips.length / 4;
    const whole = cause === 'start' || !sameFrame(before, this.decision);
    const steps = vips.map((vip, i) => stepOf(whole ? null : (before.vips[i] ?? null), vip));
    return this.#outcome(cause, whole, steps);
  }

  /** The same in one go. */
  decideAll(effective: Effective, cause: 'start' | 'reload'): Outcome {
    return atOnce(this.decidingAll(effective, cause));
  }

  /** Operators' words about one backend. What was known of it when it was not probed is worth nothing when it is again. */
  decideBackend(effective: Effective, backend: string): Outcome {
    this.#effective = effective;
    const known = this.#heard.get(backend);
    if (known !== undefined) this.#learn({ name: backend, ...known });
    return this.#decideSome('operator', this.usersOf(backend));
  }

  /** Operators' words about one frontend. */
  decideFrontend(effective: Effective, frontend: string): Outcome {
    this.#effective = effective;
    return this.#decideSome('operator', [frontend]);
  }

  /** The config as it counts is another: decides what that touches, piece by piece as all. */
  *following(effective: Effective, touched: Touched): Piecemeal<Followed> {
    if (touched.kind === 'all') {
      const outcome = yield* this.decidingAll(effective, 'reload');
      return { outcome, cut: nobody, explained: nothingExplained };
    }
    const { backend } = touched;
    if (touched.kind === 'backend') {
      const outcome = this.decideBackend(effective, backend);
      return { outcome, cut: nobody, explained: this.explain(backend, this.usersOf(backend)) };
    }
    const { frontend, flush } = touched;
    const address = flush ? effective.config.backends.get(backend)?.address : undefined;
    const outcome = this.decideFrontend(effective, frontend);
    const cut = address === undefined ? nobody : new Set([address]);
    return { outcome, cut, explained: this.explain(backend, [frontend]) };
  }

  /** What a plan is made from, if that counted; and what is wanted now. */
  suppose(hypothesis: Hypothesis, effective: Effective) {
    const { circumstances, decision } = this;
    const heard = heardIf(hypothesis, effective, circumstances.heard);
    return { circumstances: { ...circumstances, effective, heard }, wanted: decision.vips };
  }

  usersOf(backend: string): readonly string[] {
    return this.#users.get(backend) ?? [];
  }

  /** What a change about a backend means in these frontends where nothing has to be written. */
  explain(backend: string, frontends: readonly string[]): Explained {
    const decided = frontends.flatMap((name) => this.#decided.get(name) ?? []);
    return explainChange(backend, backendState(backend, this.circumstances), decided, this.#failed);
  }

  frontendViews(slice?: Slice): FrontendView[] {
    return sliced(this.#effective.config.frontends.values(), slice).map((one) => this.#viewFrontend(one));
  }

  frontendView(name: string): FrontendView | MaglevError {
    const { frontends } = this.#effective.config;
    const frontend = frontends.get(name);
    if (frontend !== undefined) return this.#viewFrontend(frontend);
    return unknownFrontend(name, frontends.keys());
  }

  backendViews(slice?: Slice): BackendView[] {
    const names = sliced(this.#effective.config.backends.keys(), slice);
    return names.flatMap((name) => this.#viewBackend(name) ?? []);
  }

  backendView(name: string): BackendView | MaglevError {
    const { backends } = this.#effective.config;
    return this.#viewBackend(name) ?? unknownBackend(name, backends.keys());
  }

  /** False when it is no news. */
  #learn(report: HeardOf): boolean {
    const known = this.#heard.get(report.name);
    if (report.state === 'removed') return this.#heard.delete(report.name);
    const heard = hear(report, this.#effective);
    this.#heard.set(report.name, heard);
    return known === undefined || !sameHeard(known, heard);
  }

  #decideSome(cause: DecisionCause, names: readonly string[]): Outcome {
    const steps: Step[] = [];
    for (const name of names) {
      const heard = cause === 'operator' ? null : (this.#due.get(name)?.heard ?? null);
      this.#due.delete(name);
      const frontend = this.#effective.config.frontends.get(name);
      if (frontend === undefined) continue;
      const before = this.#decided.get(name)?.vip ?? null;
      const next = this.#decide(frontend, heard);
      this.#decided.set(name, next);
      const step = stepOf(before, next.vip);
      if (step.differs) this.#decision = null;
      steps.push(step);
    }
    return this.#outcome(cause, false, steps);
  }

  #outcome(cause: DecisionCause, whole: boolean, steps: Outcome['steps']): Outcome {
    const news = this.#news;
    this.#news = [];
    let changed = 0;
    for (const { differs } of steps) if (differs) changed++;
    news.push({ name: 'decision', level: 'debug', fields: { cause, decided: steps.length, changed } });
    return { whole, steps, news };
  }

  /** `heard` as in what is due. */
  #decide(frontend: Frontend, heard: ReadonlySet<string> | null): Decided {
    const { name } = frontend;
    const before = this.#decided.get(name);
    try {
      // What has changed since it could not be decided is not known.
      const again = before !== undefined && heard !== null && !this.#failed.has(name);
      const next = again
        ? decideAgain(frontend, this.circumstances, before, heard)
        : decideFrontend(frontend, this.circumstances, before);
      this.#failed.delete(name);
      this.#tellTransition(name, next);
      return next;
    } catch (thrown) {
      const { message: error, cause } = asMaglevError(thrown);
      const stack = cause instanceof Error ? cause.stack : undefined;
      this.#news.push({ name: 'decision-failed', level: 'error', fields: { frontend: name, error, stack } });
      this.#failed.add(name);
      const stands = before !== undefined && vipId(before.vip.key) === vipId(vipKeyOf(frontend));
      return stands
        ? before
        : undecided(frontend, this.circumstances, 'maglevd failed to decide: kept as VPP has it');
    }
  }

  #tellTransition(frontend: string, { state, pool }: Decided): void {
    const before = this.#told.get(frontend);
    if (before !== undefined && before.state === state && before.pool === pool) return;
    const from = before?.state ?? 'unknown';
    this.#told.set(frontend, { state, pool });
    const fell = state === 'down' && from !== 'down';
    const first = before === undefined && state === from;
    const level = first ? 'debug' : fell ? 'warn' : 'info';
    this.#news.push({ name: 'frontend-transition', level, fields: { frontend, from, to: state, pool } });
  }

  #tellRemoval(frontend: string): void {
    const { state: from = 'unknown', pool = '' } = this.#told.get(frontend) ?? {};
    this.#told.delete(frontend);
    const fields = { frontend, from, to: 'removed', pool } as const;
    this.#news.push({ name: 'frontend-transition', level: 'info', fields });
  }

  #viewFrontend(frontend: Frontend): FrontendView {
    const { states, patience } = knowledgeOf(backendsOf(frontend), this.circumstances);
    const decided = this.#decided.get(frontend.name) ?? decideFrontend(frontend, this.circumstances);
    return viewFrontend(frontend, this.#effective.config, decided.vip, states, patience);
  }

  #viewBackend(name: string): BackendView | null {
    const backend = this.#effective.config.backends.get(name);
    if (backend === undefined) return null;
    return viewBackend(backend, this.usersOf(name), knowledgeOf([name], this.circumstances).states);
  }
}

function stepOf(before: DesiredVip | null, vip: DesiredVip): Step {
  return { before, vip, differs: before === null || !sameDesiredVip(before, vip) };
}
