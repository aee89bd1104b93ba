import type { Path } from './problem.js';

/** Something about values that are right by themselves but wrong in their place, or worth a warning. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
}
