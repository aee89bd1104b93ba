import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { ActorSystem } from '../actors/kernel/contract.js';
import type { MetricsOptions } from '../actors/metrics.js';
import type { MessageTally } from '../binapi/trace.js';
import type { MetricsAddress } from '../metrics/http/door.js';
import { startMetricsServer } from '../metrics/http/server.js';
import type { ProbeLedger } from '../probes/engine/ledger.js';
import { parseRpcAddress } from '../rpc/address.js';
import type { CallTally } from '../rpc/call-tally.js';

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

/**
 * Where metrics are served: `host:port`, `[::1]:port` or `:port`, several with commas between; `none` or nothing at all:
 * nowhere. Left: one sentence of what is wrong.
 */
export function metricsAddresses(text: string): Either<string, readonly MetricsAddress[]> {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (words.length === 0 || (words.length === 1 && words[0] === 'none')) return right([]);
  const found: MetricsAddress[] = [];
  for (const word of words) {
    const address = parseRpcAddress(word);
    if (isLeft(address)) return address;
    if (address.right.kind === 'unix')
      return left(`'${word}' is a socket, and metrics are served over TCP only`);
    found.push(address.right);
  }
  return right(found);
}
