import type { Invariant } from '../invariant.js';
import { takenOut } from './taken-out.js';

/** After a trouble with VPP flows may be cut that were owed before it. */
const QUIET_MS = 15_000;

export const flowsCut: Invariant = {
  name: 'flows-cut',
  promise: 1,
  says: 'The flows of a server that leaves are cut when it is disabled, or down where the frontend says so, and never otherwise.',
  observe: (world, { checked, broken }) => ({
    wrote: ({ write, before, after }) => {
      if (write.name !== 'lb_as_set_weight' || world.truth.quietMs < QUIET_MS) return;
      const { isFlush = false } = write.fields as { readonly isFlush?: boolean };
      for (const [id, address] of takenOut(before, after)) {
        const possible = world.truth.mayCut(id, address);
        if (possible.size !== 1) continue;
        checked();
        if (!possible.has(isFlush))
          broken(
            `${address} of ${id} was put out ${isFlush ? 'with its flows cut' : 'without its flows cut'}`,
          );
      }
    },
  }),
};
