import type { Observer } from './observer.js';
import type { World } from './world.js';

/** Something that must be so, whatever happens. */
export interface Invariant {
  readonly name: string;
  /** Which promise it is a part of: 1 never make it worse, 2 converge, 3 explain; 0 = being well itself. */
  readonly promise: 0 | 1 | 2 | 3;
  /** What must be so, a sentence. */
  readonly says: string;
  /** `broken` says what was not so; `checked` counts. */
  readonly observe: (world: World, verdict: Verdict) => Observer;
}

export interface Verdict {
  readonly checked: () => void;
  readonly broken: (what: string) => void;
}
