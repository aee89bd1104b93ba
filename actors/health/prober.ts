import type { HealthCheck } from '../../domain/config.js';
import type { ProbeResult } from '../../domain/probe-result.js';
import type { ProbeEngine } from '../../probes/engine/contract.js';
import { type ProbeTarget, targetOf } from '../../probes/target.js';
import type { Address } from '../../protocol/address.js';
import type { ProbeOrder, ProberRequest } from '../../protocol/health.js';
import type { VouchRequest } from '../../protocol/vpp.js';
import type { ActorSpec, Context } from '../kernel/contract.js';
import { lookMs, Stalls } from './stalls.js';
import { type VppNews, VppWatch } from './vpp-watch.js';

export interface ProberOptions {
  /** Linux network namespace of all probes; '' = ours. */
  readonly netns: string;
  readonly makeEngine: MakeEngine;
  /** Who knows whether VPP lives, through which probes may travel; null = there is no VPP. */
  readonly vpp: Address<VouchRequest> | null;
}

export type MakeEngine = (netns: string, context: Pick<Context<never>, 'clock' | 'log'>) => ProbeEngine;

type ProberMessage = ProberRequest | VppNews | { readonly type: 'look' };

/** What is remembered of a backend that is probed. */
interface Probed {
  check: HealthCheck;
  /** The engine wants the same object for the same target: then it prepares each probe only once. */
  target: ProbeTarget;
  /** When its last probe had begun, and the last one that its server answered. */
  begunAt: number;
  heardBegunAt: number;
}

/** Owns the probe engine: one for all backends, and a new one when it fails or its namespace changes. */
export function proberActor(options: ProberOptions): ActorSpec<ProberMessage> {
  return {
    name: 'prober',
    start: (context) => new Prober(context, options),
  };
}

class Prober {
  readonly #context: Context<ProberMessage>;
  readonly #engine: ProbeEngine;
  readonly #stalls: Stalls;
  readonly #vpp: VppWatch | null;
  readonly #backends = new Map<string, Probed>();

  constructor(context: Context<ProberMessage>, { netns, makeEngine, vpp }: ProberOptions) {
    this.#context = context;
    this.#engine = makeEngine(netns, context);
    this.#stalls = new Stalls(context.log);
    this.#vpp = vpp === null ? null : new VppWatch(context, vpp);
    context.every(lookMs, { type: 'look' });
  }

  receive(message: ProberMessage): void {
    switch (message.type) {
      case 'look':
        this.#stalls.look(this.#engine.condition());
        break;
      case 'listen':
        if (this.#backends.size > 0) this.#vpp?.ask();
        break;
      case 'vouched':
        this.#vpp?.vouched(message.heard);
        break;
      case 'cancel':
        this.#backends.delete(message.backend);
        this.#engine.cancel(message.backend);
        break;
      case 'probe':
        this.#probe(message);
        break;
    }
  }

  stop(): Promise<void> {
    return this.#engine.stop();
  }

  /** Not awaited: all backends are probed at once. */
  #probe(order: ProbeOrder): void {
    const backend = this.#backend(order);
    const previousBegunAt = backend.begunAt;
    const begunAt = this.#context.clock.monotonic();
    backend.begunAt = begunAt;
    const { reply } = order;
    this.#engine.probe(order.backend, backend.target).then(
      (result) => {
        const vpp = this.#vpp;
        if (vpp === null || result.verdict === 'doubt') reply.ok(result);
        else if (vpp.mayExplain(result)) {
          const { heardBegunAt } = backend;
          vpp.judge({ result, begunAt, heardBegunAt, previousBegunAt }, reply);
        } else {
          backend.heardBegunAt = begunAt;
          vpp.cameThrough(begunAt);
          reply.ok(result);
        }
      },
      (error: unknown) => reply.ok(brokenEngine(error)),
    );
  }

  #backend({ backend, address, check }: ProbeOrder): Probed {
    const known = this.#backends.get(backend);
    if (known?.target.address === address) {
      if (known.check !== check) known.target = targetOf(address, check);
      known.check = check;
      return known;
    }
    const never = Number.NEGATIVE_INFINITY;
    const fresh = { check, target: targetOf(address, check), begunAt: never, heardBegunAt: never };
    this.#backends.set(backend, fresh);
    return fresh;
  }
}

function brokenEngine(error: unknown): ProbeResult {
  const detail = error instanceof Error ? error.message : String(error);
  return { verdict: 'doubt', code: 'ENGINE', detail, durationMs: 0 };
}
