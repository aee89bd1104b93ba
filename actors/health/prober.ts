import type { HealthCheck } from '../../domain/config.js';
import type { ProbeResult } from '../../domain/probe-result.js';
import type { ProbeEngine } from '../../probes/engine/contract.js';
import { type ProbeTarget, targetOf } from '../../probes/target.js';
import type { ProbeOrder, ProberRequest } from '../../protocol/health.js';
import type { ActorSpec, Context } from '../kernel/contract.js';
import { lookMs, Stalls } from './stalls.js';

export interface ProberOptions {
  /** Linux network namespace of all probes; '' = ours. */
  readonly netns: string;
  readonly makeEngine: MakeEngine;
}

export type MakeEngine = (netns: string, context: Pick<Context<never>, 'clock' | 'log'>) => ProbeEngine;

/** Owns the probe engine: one for all backends, and a new one when it fails or its namespace changes. */
export function proberActor({
  netns,
  makeEngine,
}: ProberOptions): ActorSpec<ProberRequest | { readonly type: 'look' }> {
  return {
    name: 'prober',
    start: (context) => {
      const engine = makeEngine(netns, context);
      const stalls = new Stalls(context.log);
      context.every(lookMs, { type: 'look' });
      // The engine wants the same object for the same target: then it prepares each probe only once.
      const targets = new Map<string, { readonly check: HealthCheck; readonly target: ProbeTarget }>();
      const targetFor = ({ backend, address, check }: ProbeOrder): ProbeTarget => {
        const known = targets.get(backend);
        if (known?.check === check && known.target.address === address) return known.target;
        const target = targetOf(address, check);
        targets.set(backend, { check, target });
        return target;
      };
      return {
        receive: (message) => {
          switch (message.type) {
            case 'look':
              stalls.look(engine.condition());
              break;
            case 'cancel':
              targets.delete(message.backend);
              engine.cancel(message.backend);
              break;
            case 'probe':
              // Not awaited: all backends are probed at once.
              engine.probe(message.backend, targetFor(message)).then(
                (result) => message.reply.ok(result),
                (error: unknown) => message.reply.ok(brokenEngine(error)),
              );
              break;
          }
        },
        stop: () => engine.stop(),
      };
    },
  };
}

function brokenEngine(error: unknown): ProbeResult {
  const detail = error instanceof Error ? error.message : String(error);
  return { verdict: 'doubt', code: 'ENGINE', detail, durationMs: 0 };
}
