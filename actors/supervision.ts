import type { Supervision } from './kernel/contract.js';

/** Of the tree as a whole: it is worth a long patience, and a crash that goes on for a minute ends the process. */
export const trunk: Supervision = {
  strategy: 'one-for-one',
  intensity: { restarts: 20, withinMs: 60_000 },
  backoff: { minMs: 100, maxMs: 5000, jitter: 0.2 },
};

/** Of many children that have nothing to do with each other: the failures of a few must never add up to that of all. */
export const crowd: Supervision = {
  strategy: 'one-for-one',
  intensity: { restarts: 1000, withinMs: 10_000 },
  backoff: { minMs: 50, maxMs: 5000, jitter: 0.2 },
};

/** Of children each of which builds on those before it. */
export const chain: Supervision = {
  strategy: 'rest-for-one',
  intensity: { restarts: 5, withinMs: 10_000 },
  backoff: { minMs: 100, maxMs: 5000, jitter: 0.2 },
};
