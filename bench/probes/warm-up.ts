/** Until everything that runs has been compiled, and all intervals have spread, in milliseconds. */
export const WARM_UP_MS = 15_000;

/** What a worker that spreads no interval draws, from 0 to 1: neither earlier nor later. */
export const STEADY_DICE = 0.5;
