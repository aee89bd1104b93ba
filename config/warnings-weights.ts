import {
  type Fidelity,
  type FidelityRemedy,
  fidelityOf,
  isFaithful,
  remedyOf,
  surelyFaithful,
} from '../domain/fidelity.js';
import type { IpAddress } from '../domain/ip.js';
import { MAX_TABLE_LENGTH } from '../domain/lb.js';
import type { WeightedServer } from '../domain/table-prediction.js';
import { quote } from '../domain/text.js';
import { replicasIn } from '../domain/weight-mode.js';
import { weightModeOf } from './assemble.js';
import type { Finding } from './problem.js';
import type { ConfigFile, FileFrontend } from './schema.js';

/** A pool whose shares are not what its weights ask for. */
interface Unfaithful {
  readonly pool: number;
  readonly names: readonly string[];
  readonly asked: readonly WeightedServer[];
  readonly installed: readonly WeightedServer[];
  readonly fidelity: Fidelity;
}

/**
 * The share that VPP's table gives a server is off by more than a point, or is none at all. Only one pool of a frontend
 * has weight at a time; the worst one is named.
 */
export function unfaithfulWeights(name: string, frontend: FileFrontend, file: ConfigFile): Finding[] {
  const length = file.vpp.lb['new-flows-table-length'];
  if (!Number.isInteger(Math.log2(length)) || length > MAX_TABLE_LENGTH) return [];
  let worst: Unfaithful | null = null;
  for (const pool of frontend.pools.keys()) {
    const found = sharesIn(pool, frontend, file, length);
    if (found === null || isFaithful(found.fidelity)) continue;
    if (worst === null || found.fidelity.error > worst.fidelity.error) worst = found;
  }
  if (worst === null) return [];
  const path = ['maglev', 'frontends', name, 'pools', worst.pool];
  return [{ path, message: `${whatIsOff(worst)}${remedyText(worst, file, length)}` }];
}

/** `weight-steps` where weights stay as they are. */
export function uselessSteps({ vpp: { lb } }: ConfigFile): Finding[] {
  if (lb['weight-steps'] === null || lb['weight-mode'] === 'steps') return [];
  const path = ['maglev', 'vpp', 'lb', 'weight-steps'];
  return [{ path, message: 'has no effect with weight-mode exact: that would be weight-mode steps' }];
}

/** null: they are right. */
function sharesIn(pool: number, frontend: FileFrontend, file: ConfigFile, length: number): Unfaithful | null {
  const servers = new Map<IpAddress, { readonly name: string; readonly weight: number }>();
  for (const [name, { weight }] of frontend.pools[pool]?.backends ?? []) {
    const address = file.backends.get(name)?.address;
    if (address !== undefined && !servers.has(address)) servers.set(address, { name, weight });
  }
  const backends = [...servers.values()];
  const replicasOf = replicasIn({ backends }, weightModeOf(file.vpp.lb));
  const weights = backends.map(({ weight }) => weight);
  if (surelyFaithful(length, weights, weights.map(replicasOf))) return null;
  const asked = [...servers].map(([address, { weight }]) => ({ address, weight }));
  const installed = asked.map(({ address, weight }) => ({ address, weight: replicasOf(weight) }));
  const names = backends.map(({ name }) => name);
  return { pool, names, asked, installed, fidelity: fidelityOf(length, asked, installed) };
}

function whatIsOff({ names, asked, fidelity: { shares, error, starved } }: Unfaithful): string {
  if (starved > 0) return `${starved} of ${asked.length} backends get no new flows at all`;
  const off = (i: number) => Math.abs((shares[i]?.asked ?? 0) - (shares[i]?.given ?? 0));
  const worst = shares.reduce((most, _, i) => (off(i) > off(most) ? i : most), 0);
  const { asked: wanted = 0, given = 0 } = shares[worst] ?? {};
  const who = quote(names[worst] ?? '');
  return `shares are off by up to ${error.toFixed(1)} points: ${who} gets ${percent(given)} of the new flows, not ${percent(wanted)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function remedyText({ asked, installed }: Unfaithful, { vpp: { lb } }: ConfigFile, length: number): string {
  const { tableLength, coarser } = remedyOf(length, asked, installed);
  const remedies = [
    ...(tableLength === null ? [] : [`new-flows-table-length ${tableLength}`]),
    ...coarserText(coarser, asked, lb['weight-mode'] === 'steps'),
  ];
  return remedies.length === 0 ? '' : `; right to a point with ${remedies.join(', or with ')}`;
}

function coarserText(
  coarser: FidelityRemedy['coarser'],
  asked: readonly WeightedServer[],
  inSteps: boolean,
): string[] {
  if (coarser === null) return [];
  if (inSteps) return [`weight-steps ${coarser.steps}`];
  const pairs = new Map<number, number>();
  for (const [i, { weight }] of asked.entries()) if (weight > 0) pairs.set(weight, coarser.weights[i] ?? 0);
  const lighter = [...pairs].sort(([a], [b]) => b - a).map(([from, to]) => `${to} for ${from}`);
  const LISTED = 6;
  if (lighter.length > LISTED) return [`weight-mode steps and weight-steps ${coarser.steps}`];
  return [`weights ${lighter.join(', ')}`];
}
