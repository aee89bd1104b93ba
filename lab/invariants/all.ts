import type { Invariant } from '../invariant.js';
import { countersGrow } from './counters.js';
import { converges, everyWriteChanges, noIdleWrite } from './equal.js';
import { cutWhenTold, flowsCut } from './flows.js';
import { healthyStay, neverEmpty, weightsExplained } from './serving.js';
import { reasonsTrue, wordsKept } from './told.js';
import { doneWhenTold, patienceEnds, startHolds, verdictsTrue, wellFirst } from './verdicts.js';
import { alive, bounded, everyAnswer, gapFree, noCrash, nothingLethal } from './well.js';

/** Everything that must be so on every day. */
export const invariants: readonly Invariant[] = [
  healthyStay,
  neverEmpty,
  wellFirst,
  verdictsTrue,
  startHolds,
  flowsCut,
  cutWhenTold,
  wordsKept,
  nothingLethal,
  converges,
  noIdleWrite,
  everyWriteChanges,
  patienceEnds,
  weightsExplained,
  reasonsTrue,
  doneWhenTold,
  everyAnswer,
  countersGrow,
  gapFree,
  noCrash,
  alive,
  bounded,
];
