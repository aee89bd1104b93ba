import { isLeft } from 'fp-ts/lib/Either.js';
import type { ActorSystem } from '../actors/kernel/contract.js';
import type { MetricsOptions } from '../actors/metrics.js';
import type { MessageTally } from '../binapi/trace.js';
import { startMetricsServer } from '../metrics/http/server.js';
import type { ProbeLedger } from '../probes/engine/ledger.js';
import type { CallTally } from '../rpc/call-tally.js';
import { metricsAddresses } from './metrics-addresses.js';

export interface Metered {
  readonly about: { readonly version: string; readonly commit: string | null; readonly startedAt: number };
  readonly counting: {
    readonly probes: ProbeLedger;
    readonly calls: CallTally;
    readonly messages: MessageTally;
  };
  readonly tree: Pick<ActorSystem, 'describe' | 'deadLetters'>;
}

/** How metrics are served at these addresses, as metricsAddresses reads them; null: nowhere. */
export function metricsOptions(text: string, { about, counting, tree }: Metered): MetricsOptions | null {
  const addresses = metricsAddresses(text);
  if (isLeft(addresses) || addresses.right.length === 0) return null;
  return {
    surroundings: {
      about: { ...about, node: process.version },
      readers: {
        probes: counting.probes,
        calls: counting.calls.read,
        messages: counting.messages.rows,
      },
      describe: tree.describe,
      deadLetters: tree.deadLetters,
      use: () => {
        const { user, system } = process.cpuUsage();
        return { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() };
      },
    },
    serve: (options) => startMetricsServer({ ...options, addresses: addresses.right }),
  };
}
