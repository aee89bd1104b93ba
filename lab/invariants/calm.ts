import type { World } from '../world.js';

/**
 * When everything has settled, so long after the last fault: a VPP that was connected anew proves nothing for half a
 * minute, a server that is back needs its passes, and what failed is tried again at the next full sync.
 */
export const SETTLED_MS = 120_000;

/** Has nothing gone wrong for so long that VPP must be equal to the decision? */
export function isCalm(world: World): boolean {
  const { clock } = world;
  return (
    world.troubles === 0 &&
    world.errands === 0 &&
    world.process !== null &&
    world.vpp.runs &&
    clock.monotonic() - Math.max(world.lastTroubleAt, 0) >= SETTLED_MS
  );
}
