import {
  type Applied,
  appliedNothing,
  type InForce,
  notApplied,
  unanswered,
  uncutIn,
} from '../domain/applied.js';
import { Decider, FRONTENDS_A_TURN, type Outcome, type Told } from '../domain/decider.js';
import { type Explained, heldAndCut, stepBetween } from '../domain/deciding.js';
import { asMaglevError, type MaglevError } from '../domain/errors.js';
import type { IpAddress } from '../domain/ip.js';
import type { DesiredVip } from '../domain/lb.js';
import { inTurns } from '../domain/turns.js';
import type { Address, Reply } from '../protocol/address.js';
import type {
  DecisionChanged,
  DecisionRequest,
  SupposeRequest,
  ViewRequest,
  VipWanted,
} from '../protocol/decision.js';
import type { BackendChanged, HealthRequest } from '../protocol/health.js';
import type { EffectiveChanged, OperatorRequest } from '../protocol/operator.js';
import type { ActorSpec } from './kernel/contract.js';
import { settle } from './kernel/question.js';
import { byType, Life } from './life.js';
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
  return {
    name: 'decision',
    start: async (context) => {
      const effective = await context.ask(options.operator, { type: 'get-effective' });
      const reports = await context.ask(options.health, { type: 'list-states' });
      const left = options.startedAt + effective.config.lb.startupMinDelay - context.clock.monotonic();
      if (left > 0) context.after(left, { type: 'settled' });
      const decider = new Decider(effective, reports, left > 0, told);
      tellNews(context.log, (await inTurns(decider.decidingAll(effective, 'start'), FRONTENDS_A_TURN)).news);
      const decision = new Decision(context, { ...options, decider });
      // At a first start VPP's side asks by itself. What was told before a crash is not known.
      if (context.isRestart) decision.tellAll();
      return decision;
    },
  };
}

/** Who asked for a change waits for VPP so long at most. */
const VPP_PATIENCE_MS = 3000;

type Servers = ReadonlySet<IpAddress>;

const nobody: Servers = new Set();

class Decision extends Life<DecisionMessage, DecisionOptions & { readonly decider: Decider }> {
  readonly #decider = this.options.decider;

  readonly receive = byType<DecisionMessage>({
    'backend-changed': ({ report }) => {
      if (this.#decider.hear(report)) this.context.self.tell({ type: 'decide' });
    },
    decide: () => this.#tell(this.#decider.decideDue()),
    settled: () => this.#tell(this.#decider.settle()),
    'effective-changed': (message) => this.#follow(message),
    'get-decision': ({ reply }) => reply.ok(this.#decider.decision),
    suppose: ({ hypothesis, effective, reply }) => reply.ok(this.#decider.suppose(hypothesis, effective)),
    'list-frontends': ({ slice, reply }) => answer(reply, () => this.#decider.frontendViews(slice)),
    'get-frontend': ({ name, reply }) => answer(reply, () => this.#decider.frontendView(name)),
    'list-backends': ({ slice, reply }) => answer(reply, () => this.#decider.backendViews(slice)),
    'get-backend': ({ name, reply }) => answer(reply, () => this.#decider.backendView(name)),
  });

  /**
   * Decides what that touches at once, and answers when VPP has it, or will not soon. A new config takes some turns of the event
   * loop, in which no other message is taken: nobody sees a part of it.
   */
  async #follow({ effective, touched, reply }: EffectiveChanged<InForce>): Promise<void> {
    const following = this.#decider.following(effective, touched);
    const { outcome, cut, explained } = await this.context.outside(inTurns(following, FRONTENDS_A_TURN));
    if (touched.kind !== 'all') this.#carryOut(outcome, cut, explained, reply);
    else {
      this.#tell(outcome, heldAndCut);
      reply.ok({ applied: [], tookMs: 0, uncut: [], ...explained });
    }
  }

  /**
   * VPP's side is told of every VIP that differs, and asked for those in which something has to be written; what needs no
   * write waits for nobody. The flows of the servers in `cut` are to be cut whatever becomes of their weight.
   */
  #carryOut(outcome: Outcome, cut: Servers, explained: Explained, reply: Reply<InForce>): void {
    const { clock, log } = this.context;
    const began = clock.monotonic();
    tellNews(log, outcome.news);
    const cuts = new Map<string, readonly IpAddress[]>();
    const asked = outcome.steps.flatMap(({ before, vip, differs }) => {
      const { writes, cuts: cutsNow } = stepBetween(before, vip, cut);
      if (!writes) {
        if (differs) this.options.vpp?.tell({ type: 'vip-wanted', vip, flush: nobody });
        return [];
      }
      cuts.set(vip.frontend, cutsNow);
      return [this.#apply(vip, new Set([...cut, ...heldAndCut(before, vip)]))];
    });
    void Promise.all(asked).then((applied) =>
      reply.ok({ applied, tookMs: clock.monotonic() - began, uncut: uncutIn(applied, cuts), ...explained }),
    );
  }

  /** Never rejects. */
  async #apply(vip: DesiredVip, flush: Servers): Promise<Applied> {
    const { frontend } = vip;
    const { vpp } = this.options;
    if (vpp === null) return notApplied(frontend, 'disabled', 'maglevd runs without VPP');
    const question = { type: 'vip-wanted', vip, flush } as const;
    return this.context
      .ask(vpp, question, { timeoutMs: VPP_PATIENCE_MS })
      .catch((thrown: unknown) =>
        appliedNothing(frontend, unanswered(asMaglevError(thrown), VPP_PATIENCE_MS)),
      );
  }

  /** `cut`: whose flows are to be cut besides those that VPP's side cuts by itself. */
  #tell({ whole, steps, news }: Outcome, cut: typeof heldAndCut = () => nobody): void {
    tellNews(this.context.log, news);
    if (whole) this.tellAll();
    else
      for (const { before, vip, differs } of steps)
        if (differs) this.options.vpp?.tell({ type: 'vip-wanted', vip, flush: cut(before, vip) });
    if (this.#decider.owes) this.context.after(0, { type: 'decide' });
  }

  tellAll(): void {
    this.options.vpp?.tell({ type: 'decision', decision: this.#decider.decision });
  }
}

/** A bug in what explains one frontend must not end what decides about all. */
function answer<T>(reply: Reply<T>, look: () => T | MaglevError): void {
  try {
    settle(reply, look());
  } catch (thrown) {
    reply.fail(asMaglevError(thrown));
  }
}
