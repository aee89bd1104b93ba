import { ipFromBytes } from '../../domain/ip.js';
import type { WeightedServer } from '../../domain/table-prediction.js';
import { SeededRandom } from '../../sim/random.js';

/** So many servers with different addresses of 10.0.0.0/8; the same seed gives the same ones. */
export function randomServers(
  seed: number,
  count: number,
  weightOf: (random: SeededRandom) => number = () => 100,
): WeightedServer[] {
  const random = new SeededRandom(seed);
  const seen = new Set<string>();
  const servers: WeightedServer[] = [];
  while (servers.length < count) {
    const address = ipFromBytes(Uint8Array.of(10, ...random.bytes(3)));
    if (seen.has(address)) continue;
    seen.add(address);
    servers.push({ address, weight: weightOf(random) });
  }
  return servers;
}

/** The same servers with the weights that this gives. */
export function weighted(
  servers: readonly WeightedServer[],
  weightOf: (place: number, weight: number) => number,
): WeightedServer[] {
  return servers.map(({ address, weight }, place) => ({ address, weight: weightOf(place, weight) }));
}
