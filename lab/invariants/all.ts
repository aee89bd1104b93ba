import type { Invariant } from '../invariant.js';
import { converges, everyWriteChanges, noIdleWrite } from './equal.js';
import { healthyStay, neverEmpty, weightsExplained } from './serving.js';
import { alive, bounded, everyAnswer, gapFree, noCrash, nothingLethal } from './well.js';

/** Everything that must be so on every day. */
export const invariants: readonly Invariant[] = [
  healthyStay,
  neverEmpty,
  nothingLethal,
  converges,
  noIdleWrite,
  everyWriteChanges,
  weightsExplained,
  everyAnswer,
  gapFree,
  noCrash,
  alive,
  bounded,
];
