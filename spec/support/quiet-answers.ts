import type { InForce } from '../../domain/applied.js';

/** What the decision answers when a change causes no write. */
export const nothingToWrite: InForce = {
  applied: [],
  tookMs: 0,
  uncut: [],
  waits: null,
  deserted: [],
  undecided: [],
};
