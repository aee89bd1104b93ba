import type { Backend, Frontend } from '../../domain/config.js';
import { decide } from '../../domain/desired.js';
import { MaglevError } from '../../domain/errors.js';
import type { BackendState } from '../../domain/health.js';
import type { IpAddress } from '../../domain/ip.js';
import type { Decision } from '../../domain/lb.js';
import type { Effective } from '../../domain/operator.js';
import { viewBackend, viewFrontend } from '../../domain/views.js';
import type { BackendStates, Patience } from '../../domain/weights.js';
import type { Address } from '../../protocol/address.js';
import type { DecisionChanged, DecisionRequest, VipWanted } from '../../protocol/decision.js';
import type { BackendChanged, BackendReport, HealthRequest } from '../../protocol/health.js';
import type { EffectiveChanged, OperatorRequest } from '../../protocol/operator.js';
import type { ViewRequest } from '../../protocol/views.js';
import { ask, untilAnswered } from '../ask.js';
import type { ActorRef, ActorSpec, Context } from '../kernel/contract.js';
import { type FrontendFresh, type FrontendMessage, frontendActor, type VipDecided } from './frontend.js';

export interface FrontendsOptions {
  /** Asked for the config as it counts at every start. */
  readonly operator: Address<OperatorRequest>;
  /** Asked for the states of the backends at every start. */
  readonly health: Address<HealthRequest>;
  /** Told of every new decision. */
  readonly report: Address<DecisionChanged | VipWanted>;
  /** When maglevd was started, on the clock's monotonic scale. */
  readonly startedAt: number;
  readonly nextVersion: () => number;
}

type FrontendsMessage =
  | EffectiveChanged
  | BackendChanged
  | VipDecided
  | DecisionRequest
  | ViewRequest
  | { readonly type: 'settled' }
  /** What has gathered is to be decided now. */
  | { readonly type: 'wash' }
  | FrontendFresh;

/** Supervises one actor a frontend; turns config and states into the decision, and explains it. */
export function frontendsActor(given: Omit<FrontendsOptions, 'nextVersion'>): ActorSpec<FrontendsMessage> {
  // Counts the decisions about everything, over restarts: news of an old one must not be taken for news of a new one.
  let version = 0;
  const options = { ...given, nextVersion: () => ++version };
  return {
    name: 'frontends',
    supervision: {
      strategy: 'one-for-one',
      intensity: { restarts: 1000, withinMs: 10_000 },
      backoff: { minMs: 50, maxMs: 5000, jitter: 0.2 },
    },
    start: async (context) => {
      const effective = await ask(context, options.operator, { type: 'get-effective' }, untilAnswered);
      const reports = await ask(context, options.health, { type: 'list-states' }, untilAnswered);
      const frontends = new Frontends(context, options, effective, reports);
      return { receive: (message) => frontends.receive(message) };
    },
  };
}

class Frontends {
  private readonly children = new Map<string, ActorRef<FrontendMessage>>();
  private readonly states = new Map<string, { readonly address: IpAddress; readonly state: BackendState }>();
  private readonly dirty = new Set<string>();
  private readonly givenUp = new Set<string>();
  /** The frontends that use a backend. */
  private users = new Map<string, string[]>();
  private holdAll = false;
  private version = 0;

  constructor(
    private readonly context: Context<FrontendsMessage>,
    private readonly options: FrontendsOptions,
    private effective: Effective,
    reports: readonly BackendReport[],
  ) {
    for (const report of reports) this.learn(report);
    const { startupMinDelay } = effective.config.lb;
    const left = options.startedAt + startupMinDelay - context.clock.monotonic();
    if (left > 0) {
      this.holdAll = true;
      context.after(left, { type: 'settled' });
    }
    // After a restart the decision may be another: the change that this actor failed on is known by now.
    this.decideAll();
  }

  async receive(message: FrontendsMessage): Promise<void> {
    const { config } = this.effective;
    switch (message.type) {
      case 'effective-changed':
        this.effective = message.effective;
        await this.endVanished();
        if (message.touched.all) this.decideAll();
        else if (message.touched.frontend !== null)
          this.update(message.touched.frontend, message.touched.flush);
        message.reply.ok(undefined);
        break;
      case 'backend-changed':
        if (this.learn(message.report)) this.soil(message.report.name);
        break;
      case 'wash':
        for (const name of this.dirty) this.update(name, null);
        this.dirty.clear();
        break;
      case 'fresh':
        // It was restarted, and may have lost what it was last told.
        this.update(message.name, null);
        break;
      case 'settled':
        this.holdAll = false;
        this.decideAll();
        break;
      case 'vip-decided':
        // What was decided under an older config is wrong by now, and has been decided anew; but flows that an operator
        // wants to be cut are not wanted to be cut a second time by the config.
        if (message.version === this.version) this.options.report.tell(message.news);
        else if (message.flush !== null) this.update(message.news.vip.frontend, message.flush);
        break;
      case 'get-decision':
        message.reply.ok(this.decision());
        break;
      case 'list-frontends':
        message.reply.ok([...config.frontends.keys()].map((name) => this.view(name)));
        break;
      case 'get-frontend':
        if (config.frontends.has(message.name)) message.reply.ok(this.view(message.name));
        else message.reply.fail(unknown('MGL_FRONTEND_UNKNOWN', 'frontend', message.name));
        break;
      case 'list-backends':
        message.reply.ok([...config.backends.values()].map((backend) => this.viewBackend(backend)));
        break;
      case 'get-backend': {
        const backend = config.backends.get(message.name);
        if (backend !== undefined) message.reply.ok(this.viewBackend(backend));
        else message.reply.fail(unknown('MGL_BACKEND_UNKNOWN', 'backend', message.name));
        break;
      }
    }
  }

  /** False when it is no news. */
  private learn({ name, address, state, givenUp }: BackendReport): boolean {
    const known = this.states.get(name);
    if (known?.state === state && known.address === address && this.givenUp.has(name) === givenUp)
      return false;
    if (state === 'removed') this.states.delete(name);
    else this.states.set(name, { address, state });
    if (givenUp) this.givenUp.add(name);
    else this.givenUp.delete(name);
    return true;
  }

  private get patience(): Patience {
    return { holdAll: this.holdAll, givenUp: this.givenUp };
  }

  private decision(): Decision {
    const { config } = this.effective;
    return decide(config, this.statesOf(config.backends.keys()), this.patience);
  }

  /**
   * A backend that health has not told of yet has no verdict; it has not gone. Neither has one that has got another
   * address: what is known is of the old server.
   */
  private statesOf(names: Iterable<string>): BackendStates {
    const { backends } = this.effective.config;
    const states = new Map<string, BackendState>();
    for (const name of names) {
      const backend = backends.get(name);
      const known = this.states.get(name);
      const untold = backend?.enabled === false ? 'disabled' : 'unknown';
      states.set(name, known !== undefined && known.address === backend?.address ? known.state : untold);
    }
    return states;
  }

  private decideAll(): void {
    const { frontends } = this.effective.config;
    this.version = this.options.nextVersion();
    this.users = new Map();
    for (const frontend of frontends.values()) {
      for (const backend of new Set(backendsOf(frontend))) {
        const users = this.users.get(backend);
        if (users === undefined) this.users.set(backend, [frontend.name]);
        else users.push(frontend.name);
      }
    }
    this.options.report.tell({ type: 'decision', decision: this.decision() });
    for (const name of frontends.keys()) this.update(name, null);
  }

  /**
   * The frontends of a backend are to be decided anew. Not each at once: when a hundred backends of one frontend fail
   * together, it is decided once about all of them.
   */
  private soil(backend: string): void {
    if (this.dirty.size === 0) this.context.self.tell({ type: 'wash' });
    for (const name of this.users.get(backend) ?? []) this.dirty.add(name);
  }

  private update(name: string, flush: string | null): void {
    const { config } = this.effective;
    const frontend = config.frontends.get(name);
    if (frontend === undefined) return;
    let child = this.children.get(name);
    if (child === undefined) {
      child = this.context.spawn(frontendActor(name, this.context.self));
      this.children.set(name, child);
    }
    const names = backendsOf(frontend);
    const patience = {
      holdAll: this.holdAll,
      givenUp: new Set(names.filter((one) => this.givenUp.has(one))),
    };
    const inputs = { frontend, config, states: this.statesOf(names), patience };
    child.tell({ type: 'inputs', version: this.version, inputs, flush });
  }

  private async endVanished(): Promise<void> {
    const { frontends } = this.effective.config;
    const vanished = [...this.children].filter(([name]) => !frontends.has(name));
    for (const [name] of vanished) this.children.delete(name);
    await Promise.all(vanished.map(([, child]) => this.context.stopChild(child)));
  }

  private viewBackend(backend: Backend) {
    return viewBackend(backend, this.users.get(backend.name) ?? [], this.statesOf([backend.name]));
  }

  private view(name: string) {
    const frontend = this.effective.config.frontends.get(name);
    if (frontend === undefined) throw new Error(`no frontend ${name}`);
    return viewFrontend(frontend, this.statesOf(backendsOf(frontend)), this.patience);
  }
}

function unknown(
  code: 'MGL_FRONTEND_UNKNOWN' | 'MGL_BACKEND_UNKNOWN',
  kind: string,
  name: string,
): MaglevError {
  return new MaglevError(code, `${kind} "${name}" is not in the config`);
}

function backendsOf(frontend: Frontend): string[] {
  return frontend.pools.flatMap((pool) => pool.backends.map(({ name }) => name));
}
