import type { Intents, WeightChange } from './operator.js';

/** What an intent is about: two with the same subject exclude each other. */
export type Subject = string;

export function backendSubject(name: string): Subject {
  return JSON.stringify([name]);
}

export function weightSubject({ frontend, pool, backend }: Omit<WeightChange, 'weight'>): Subject {
  return JSON.stringify([frontend, pool, backend]);
}

/**
 * `found`, which came to light only after operators had said more: `now`, about `said`. The later word counts, also
 * where it took something back and left nothing.
 */
export function mergeIntents(found: Intents, now: Intents, said: ReadonlySet<Subject>): Intents {
  const earlier = [...found.backends].filter(([name]) => !said.has(backendSubject(name)));
  const weights = found.weights.filter((intent) => !said.has(weightSubject(intent)));
  const laterWeights = now.weights.filter((intent) => said.has(weightSubject(intent)));
  const laterBackends = [...now.backends].filter(([name]) => said.has(backendSubject(name)));
  return { backends: new Map([...earlier, ...laterBackends]), weights: [...weights, ...laterWeights] };
}
