import type { InForce } from '../domain/applied.js';
import { Decider, differs, type Outcome, type Told } from '../domain/decider.js';
import { heldAndCut } from '../domain/deciding.js';
import { asMaglevError, MaglevError } from '../domain/errors.js';
import { heardIf } from '../domain/hypothesis.js';
import type { IpAddress } from '../domain/ip.js';
import type { Effective } from '../domain/operator.js';
import type { Address, Reply } from '../protocol/address.js';
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
import { tellNews } from './news.js';

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

/**
 * Turns the config, the states of the backends and what operators asked for into the VIPs that VPP should have, and
 * explains them. Everything that decides is pure (domain/decider.ts); this actor gathers what it depends on, and tells
 * VPP's side what differs.
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
      return new Decision(context, options, { effective, reports, told, again: lives++ > 0 });
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

class Decision {
  readonly #context: Context<DecisionMessage>;
  readonly #options: DecisionOptions;
  readonly #decider: Decider;

  constructor(
    context: Context<DecisionMessage>,
    options: DecisionOptions,
    { effective, reports, told, again }: Beginning,
  ) {
    this.#context = context;
    this.#options = options;
    const left = options.startedAt + effective.config.lb.startupMinDelay - context.clock.monotonic();
    if (left > 0) context.after(left, { type: 'settled' });
    this.#decider = new Decider(effective, reports, left > 0, told);
    tellNews(context.log, this.#decider.decideAll(effective, 'start').news);
    // At a first start VPP's side asks by itself.
    if (again) this.#tellAll();
  }

  receive(message: DecisionMessage): void {
    switch (message.type) {
      case 'backend-changed':
        if (this.#decider.hear(message.report)) this.#context.self.tell({ type: 'decide' });
        break;
      case 'decide':
        this.#tell(this.#decider.decideDue());
        break;
      case 'settled':
        this.#tell(this.#decider.settle());
        break;
      case 'effective-changed':
        this.#follow(message);
        break;
      case 'get-decision':
        message.reply.ok(this.#decider.decision);
        break;
      case 'suppose':
        message.reply.ok(this.#suppose(message));
        break;
      default:
        this.#show(message);
    }
  }

  /** The config as it counts is another: decides what that touches at once, and answers when VPP has it, or will not soon. */
  #follow({ effective, touched, reply }: EffectiveChanged<InForce>): void {
    const decider = this.#decider;
    const consequence = new Consequence(this.#context, this.#options.vpp);
    switch (touched.kind) {
      case 'all':
        this.#tell(decider.decideAll(effective, 'reload'), heldAndCut);
        break;
      case 'backend': {
        const { backend } = touched;
        this.#waitFor(consequence, decider.decideBackend(effective, backend), nobody);
        consequence.explained = decider.explain(backend, decider.usersOf(backend));
        break;
      }
      case 'weight': {
        const { frontend, backend, flush } = touched;
        const address = flush ? effective.config.backends.get(backend)?.address : undefined;
        const cut = new Set(address === undefined ? [] : [address]);
        this.#waitFor(consequence, decider.decideFrontend(effective, frontend), cut);
        consequence.explained = decider.explain(backend, [frontend]);
        break;
      }
    }
    consequence.answer(reply);
  }

  #waitFor(consequence: Consequence, { steps, news }: Outcome, cut: ReadonlySet<IpAddress>): void {
    tellNews(this.#context.log, news);
    for (const { before, vip } of steps) consequence.of(vip, before, cut);
  }

  /** `cut`: whose flows are to be cut besides those that VPP's side cuts by itself. */
  #tell({ whole, steps, news }: Outcome, cut: typeof heldAndCut = () => []): void {
    tellNews(this.#context.log, news);
    if (whole) this.#tellAll();
    else
      for (const { before, vip } of steps.filter(differs))
        this.#options.vpp?.tell({ type: 'vip-wanted', vip, flush: new Set(cut(before, vip)) });
  }

  #tellAll(): void {
    this.#options.vpp?.tell({ type: 'decision', decision: this.#decider.decision });
  }

  #suppose({ hypothesis, effective }: SupposeRequest): Supposed {
    const { circumstances, decision } = this.#decider;
    const heard = heardIf(hypothesis, effective, circumstances.heard);
    return { circumstances: { ...circumstances, effective, heard }, wanted: decision.vips };
  }

  #show(message: ViewRequest): void {
    const decider = this.#decider;
    switch (message.type) {
      case 'list-frontends':
        answer(message.reply, () => decider.frontendViews(message.slice));
        break;
      case 'get-frontend':
        answer(message.reply, () => decider.frontendView(message.name));
        break;
      case 'list-backends':
        answer(message.reply, () => decider.backendViews(message.slice));
        break;
      case 'get-backend':
        answer(message.reply, () => decider.backendView(message.name));
        break;
    }
  }
}

/** A bug in what explains one frontend must not end what decides about all. */
function answer<T>(reply: Reply<T>, look: () => T | MaglevError): void {
  try {
    const found = look();
    if (found instanceof MaglevError) reply.fail(found);
    else reply.ok(found);
  } catch (thrown) {
    reply.fail(asMaglevError(thrown));
  }
}
