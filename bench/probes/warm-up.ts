/** Until everything that runs has been compiled, and all intervals have spread, in milliseconds. */
export const WARM_UP_MS = 15_000;
