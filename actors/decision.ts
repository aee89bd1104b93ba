import type { InForce } from '../domain/applied.js';
import type { Backend, Frontend } from '../domain/config.js';
import {
  backendState,
  backendsOf,
  type Circumstances,
  type Decided,
  decideFrontend,
  decisionOf,
  explainChange,
  type Heard,
  hear,
  knowledgeOf,
  sameFrame,
  sameHeard,
  undecided,
  usersOf,
} from '../domain/deciding.js';
import { sameDesiredVip, vipKeyOf } from '../domain/desired.js';
import { asMaglevError, type MaglevError } from '../domain/errors.js';
import type { FieldsOf } from '../domain/events.js';
import type { FrontendState } from '../domain/health.js';
import type { IpAddress } from '../domain/ip.js';
import { type Decision, type DesiredVip, vipId } from '../domain/lb.js';
import type { Effective } from '../domain/operator.js';
import { unknownName } from '../domain/unknown-name.js';
import { viewBackend, viewFrontend } from '../domain/views.js';
import type { Address } from '../protocol/address.js';
import type {
  DecisionChanged,
  DecisionRequest,
  Supposed,
  SupposeRequest,
  VipWanted,
} from '../protocol/decision.js';
import type { BackendChanged, BackendReport, HealthRequest } from '../protocol/health.js';
import type { EffectiveChanged, OperatorRequest } from '../protocol/operator.js';
import type { ViewRequest } from '../protocol/views.js';
import { Consequence } from './consequence.js';
import type { ActorSpec, Context } from './kernel/contract.js';
import { sliced } from './sliced.js';

export interface DecisionOptions {
  /** Asked for the config as it counts at every start. */
  readonly operator: Address<OperatorRequest>;
  /** Asked for what is known of the backends at every start. */
  readonly health: Address<HealthRequest>;
  /** Told of what differs; null: VPP is disabled. */
  readonly vpp: Address<DecisionChanged | VipWanted> | null;
  /** When maglevd was started, on the clock's monotonic scale. */
  readonly startedAt: number;
}

export type DecisionMessage =
  | EffectiveChanged<InForce>
  | BackendChanged
  | DecisionRequest
  | SupposeRequest
  | ViewRequest
  | { readonly type: 'settled' }
  /** What has gathered is to be decided now. */
  | { readonly type: 'decide' };

/** Why something is decided anew. */
type Cause = FieldsOf<'decision'>['cause'];

/** How frontends stood when the log was last told, by name. */
type Told = Map<string, { readonly state: FrontendState; readonly pool: string }>;

/**
 * Turns the config, the states of the backends and what operators asked for into the VIPs that VPP should have, and
 * explains them. Everything that decides is pure (domain/deciding.ts); this actor gathers what it depends on, decides
 * each frontend once for each cause, and tells VPP's side what differs.
 */
export function decisionActor(options: DecisionOptions): ActorSpec<DecisionMessage> {
  // What the log was told is not told again after a crash.
  const told: Told = new Map();
  let lives = 0;
  return {
    name: 'decision',
    start: async (context) => {
      const effective = await context.ask(options.operator, { type: 'get-effective' });
      const reports = await context.ask(options.health, { type: 'list-states' });
      // What was told before a crash is not known: VPP's side is told everything then.
      return new Decider(context, options, { effective, reports, told, again: lives++ > 0 });
    },
  };
}

interface Beginning {
  readonly effective: Effective;
  readonly reports: readonly BackendReport[];
  readonly told: Told;
  readonly again: boolean;
}

const nobody: ReadonlySet<IpAddress> = new Set();

class Decider {
  readonly #context: Context<DecisionMessage>;
  readonly #options: DecisionOptions;
  readonly #told: Told;
  readonly #heard = new Map<string, Heard>();
  #effective: Effective;
  #holdAll = false;
  /** In the order of the config. */
  #decided: ReadonlyMap<string, Decided> = new Map();
  #decision: Decision;
  /** The frontends that use a backend. */
  #users: ReadonlyMap<string, readonly string[]> = new Map();
  /** Frontends that are to be decided anew. */
  readonly #due = new Set<string>();
  /** Those that could not be decided. */
  readonly #failed = new Set<string>();

  constructor(context: Context<DecisionMessage>, options: DecisionOptions, from: Beginning) {
    this.#context = context;
    this.#options = options;
    this.#told = from.told;
    this.#effective = from.effective;
    this.#decision = decisionOf(from.effective.config.lb, []);
    for (const report of from.reports) this.#learn(report);
    const left = options.startedAt + from.effective.config.lb.startupMinDelay - context.clock.monotonic();
    if (left > 0) {
      this.#holdAll = true;
      context.after(left, { type: 'settled' });
    }
    this.#decideAll('start');
    if (from.again) this.#tellAll();
  }

  receive(message: DecisionMessage): void {
    switch (message.type) {
      case 'backend-changed':
        // When a hundred backends of a frontend fail together, it is decided once about all of them.
        if (this.#learn(message.report)) this.#mark(this.#usersOf(message.report.name));
        break;
      case 'decide':
        this.#decideSome('health', [...this.#due]);
        break;
      case 'effective-changed':
        this.#follow(message);
        break;
      case 'settled':
        this.#holdAll = false;
        this.#decideSome('settled', [...this.#decided.keys()]);
        break;
      case 'get-decision':
        message.reply.ok(this.#decision);
        break;
      case 'suppose':
        message.reply.ok(this.#suppose(message));
        break;
      default:
        try {
          this.#show(message);
        } catch (thrown) {
          // A bug in what explains one frontend must not end what decides about all.
          message.reply.fail(asMaglevError(thrown));
        }
    }
  }

  /** False when it is no news. */
  #learn(report: BackendReport): boolean {
    const known = this.#heard.get(report.name);
    if (report.state === 'removed') return this.#heard.delete(report.name);
    const heard = hear(report, this.#effective);
    this.#heard.set(report.name, heard);
    return known === undefined || !sameHeard(known, heard);
  }

  #mark(frontends: readonly string[]): void {
    if (this.#due.size === 0 && frontends.length > 0) this.#context.self.tell({ type: 'decide' });
    for (const name of frontends) this.#due.add(name);
  }

  #usersOf(backend: string): readonly string[] {
    return this.#users.get(backend) ?? [];
  }

  /** The config as it counts is another: decides what that touches at once, and answers when VPP has it, or will not soon. */
  #follow({ effective, touched, reply }: EffectiveChanged<InForce>): void {
    this.#effective = effective;
    const consequence = new Consequence(this.#context, this.#options.vpp);
    switch (touched.kind) {
      case 'all':
        this.#decideAll('reload');
        break;
      case 'backend': {
        this.#forget(touched.backend);
        const frontends = this.#usersOf(touched.backend);
        this.#decideSome('operator', frontends, (vip, before) => consequence.of(vip, before, nobody));
        this.#explain(consequence, touched.backend, frontends);
        break;
      }
      case 'weight': {
        const { frontend, backend, flush } = touched;
        const address = flush ? effective.config.backends.get(backend)?.address : undefined;
        const cut = new Set(address === undefined ? [] : [address]);
        this.#decideSome('operator', [frontend], (vip, before) => consequence.of(vip, before, cut));
        this.#explain(consequence, backend, [frontend]);
        break;
      }
    }
    consequence.answer(reply);
  }

  /** What was known of a backend that is no longer probed is worth nothing when it is probed again. */
  #forget(backend: string): void {
    const known = this.#heard.get(backend);
    if (known !== undefined) this.#learn({ name: backend, ...known });
  }

  #explain(consequence: Consequence, backend: string, frontends: readonly string[]): void {
    const decided = frontends.flatMap((name) => this.#decided.get(name) ?? []);
    const state = backendState(backend, this.#circumstances);
    consequence.explained = explainChange(backend, state, decided, this.#failed);
  }

  #decideAll(cause: Cause): void {
    const { config } = this.#effective;
    const before = this.#decision;
    this.#users = usersOf(config);
    this.#decided = new Map([...config.frontends].map(([name, frontend]) => [name, this.#decide(frontend)]));
    for (const name of this.#told.keys()) if (!this.#decided.has(name)) this.#tellRemoval(name);
    for (const name of this.#failed) if (!this.#decided.has(name)) this.#failed.delete(name);
    this.#due.clear();
    this.#decision = this.#whole();
    const { vips } = this.#decision;
    // At a start VPP's side asks by itself.
    const newFrame = cause === 'start' || !sameFrame(before, this.#decision);
    const changed = newFrame ? vips : vips.filter((vip, i) => this.#tellChange(vip, before.vips[i] ?? null));
    if (newFrame && cause !== 'start') this.#tellAll();
    this.#note(cause, vips.length, changed.length);
  }

  /** `tell` is called for each, and sees to it that VPP's side hears of those that differ. */
  #decideSome(cause: Cause, names: readonly string[], tell = this.#tellChange): void {
    const decided = new Map(this.#decided);
    let changed = 0;
    for (const name of names) {
      this.#due.delete(name);
      const frontend = this.#effective.config.frontends.get(name);
      if (frontend === undefined) continue;
      const before = decided.get(name)?.vip ?? null;
      const next = this.#decide(frontend);
      decided.set(name, next);
      if (tell(next.vip, before)) changed++;
    }
    this.#decided = decided;
    if (changed > 0) this.#decision = this.#whole();
    this.#note(cause, names.length, changed);
  }

  #whole(): Decision {
    const decided = [...this.#decided.values()];
    return decisionOf(
      this.#effective.config.lb,
      decided.map(({ vip }) => vip),
    );
  }

  #tellAll(): void {
    this.#options.vpp?.tell({ type: 'decision', decision: this.#decision });
  }

  /** False when nothing is wanted otherwise. */
  readonly #tellChange = (vip: DesiredVip, before: DesiredVip | null): boolean => {
    if (before !== null && sameDesiredVip(before, vip)) return false;
    this.#options.vpp?.tell({ type: 'vip-wanted', vip, flush: nobody });
    return true;
  };

  /** A bug in what decides about one frontend must not stop all others: that one stays as it was. */
  #decide(frontend: Frontend): Decided {
    const { name } = frontend;
    try {
      const next = decideFrontend(frontend, this.#circumstances);
      this.#failed.delete(name);
      this.#tellTransition(name, next);
      return next;
    } catch (thrown) {
      const { message: error, cause } = asMaglevError(thrown);
      const stack = cause instanceof Error ? cause.stack : undefined;
      this.#context.log.log('error', 'decision-failed', { frontend: name, error, stack });
      this.#failed.add(name);
      const before = this.#decided.get(name);
      const stands = before !== undefined && vipId(before.vip.key) === vipId(vipKeyOf(frontend));
      return stands
        ? before
        : undecided(frontend, this.#circumstances, 'maglevd failed to decide: kept as VPP has it');
    }
  }

  get #circumstances(): Circumstances {
    return { effective: this.#effective, heard: this.#heard, holdAll: this.#holdAll };
  }

  #tellTransition(name: string, { state, pool }: Decided): void {
    const before = this.#told.get(name);
    const from = before?.state ?? 'unknown';
    this.#told.set(name, { state, pool });
    const fields = { frontend: name, from, to: state, pool };
    const { log } = this.#context;
    if (before === undefined && state === from) log.log('debug', 'frontend-transition', fields);
    else if (state === 'down' && from !== 'down') log.log('warn', 'frontend-transition', fields);
    else if (state !== from || before?.pool !== pool) log.log('info', 'frontend-transition', fields);
  }

  #tellRemoval(name: string): void {
    const { state = 'unknown', pool = '' } = this.#told.get(name) ?? {};
    this.#told.delete(name);
    const fields = { frontend: name, from: state, to: 'removed', pool } as const;
    this.#context.log.log('info', 'frontend-transition', fields);
  }

  #note(cause: Cause, decided: number, changed: number): void {
    this.#context.log.log('debug', 'decision', { cause, decided, changed });
  }

  #show(message: ViewRequest): void {
    const { frontends, backends } = this.#effective.config;
    switch (message.type) {
      case 'list-frontends':
        message.reply.ok(sliced(frontends.values(), message.slice).map((one) => this.#viewFrontend(one)));
        break;
      case 'get-frontend': {
        const frontend = frontends.get(message.name);
        if (frontend !== undefined) message.reply.ok(this.#viewFrontend(frontend));
        else message.reply.fail(unknown('MGL_FRONTEND_UNKNOWN', 'frontend', message.name, frontends));
        break;
      }
      case 'list-backends':
        message.reply.ok(sliced(backends.values(), message.slice).map((one) => this.#viewBackend(one)));
        break;
      case 'get-backend': {
        const backend = backends.get(message.name);
        if (backend !== undefined) message.reply.ok(this.#viewBackend(backend));
        else message.reply.fail(unknown('MGL_BACKEND_UNKNOWN', 'backend', message.name, backends));
        break;
      }
    }
  }

  /** What is known stays as it is, but of a backend that would be taken out or probed again. */
  #suppose({ hypothesis, effective }: SupposeRequest): Supposed {
    const heard = new Map(this.#heard);
    if (hypothesis.kind === 'backend') {
      const known = heard.get(hypothesis.name);
      if (known !== undefined)
        heard.set(hypothesis.name, hear({ name: hypothesis.name, ...known }, effective));
    }
    if (hypothesis.kind === 'config') for (const name of hypothesis.begunAnew) heard.delete(name);
    return {
      circumstances: { effective, heard, holdAll: this.#holdAll },
      wanted: this.#decision.vips,
    };
  }

  #viewFrontend(frontend: Frontend) {
    const { states, patience } = knowledgeOf(backendsOf(frontend), this.#circumstances);
    const decided = this.#decided.get(frontend.name) ?? decideFrontend(frontend, this.#circumstances);
    return viewFrontend(frontend, this.#effective.config, decided.vip, states, patience);
  }

  #viewBackend(backend: Backend) {
    const { states } = knowledgeOf([backend.name], this.#circumstances);
    return viewBackend(backend, this.#usersOf(backend.name), states);
  }
}

function unknown(
  code: 'MGL_FRONTEND_UNKNOWN' | 'MGL_BACKEND_UNKNOWN',
  kind: string,
  name: string,
  known: ReadonlyMap<string, unknown>,
): MaglevError {
  return unknownName(code, `${kind} "${name}" is not in the config`, name, known.keys());
}
