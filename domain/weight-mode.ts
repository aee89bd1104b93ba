import type { Pool, WeightMode } from './config.js';

/**
 * What VPP is told for a weight of a pool. In steps the pool's heaviest configured weight is the whole scale: what is
 * down, paused or taken out is on it like everything else, and so is what a file says where an operator set less.
 * Therefore the scale, on which all other servers depend, never changes because one server's state does. Only a weight
 * above all others, in the file or by an operator, makes another scale. Above 0 stays above 0.
 */
export function replicasIn(pool: Pick<Pool, 'backends'>, mode: WeightMode): (weight: number) => number {
  if (mode.mode === 'exact') return exactly;
  let heaviest = 0;
  for (const { weight, overridden } of pool.backends) heaviest = Math.max(heaviest, weight, overridden ?? 0);
  return (weight) => stepsOf(weight, heaviest, mode.steps);
}

function exactly(weight: number): number {
  return weight;
}

/** A weight on a scale on which `heaviest` has so many steps: rounded, but never to 0 what is above 0. */
export function stepsOf(weight: number, heaviest: number, steps: number): number {
  if (weight === 0) return 0;
  return Math.min(steps, Math.max(1, Math.round((weight * steps) / heaviest)));
}
