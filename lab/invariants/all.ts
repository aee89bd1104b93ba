import type { Invariant } from '../invariant.js';
import { converges, everyWriteChanges, noIdleWrite } from './equal.js';
import { flowsCut } from './flows.js';
import { healthyStay, neverEmpty, weightsExplained } from './serving.js';
import { reasonsTrue, wordsKept } from './told.js';
import { alive, bounded, everyAnswer, gapFree, noCrash, nothingLethal } from './well.js';

/** Everything that must be so on every day. */
export const invariants: readonly Invariant[] = [
  healthyStay,
  neverEmpty,
  flowsCut,
  wordsKept,
  nothingLethal,
  converges,
  noIdleWrite,
  everyWriteChanges,
  weightsExplained,
  reasonsTrue,
  everyAnswer,
  gapFree,
  noCrash,
  alive,
  bounded,
];
