/**
 * The longest waits for an answer, in milliseconds, for clients that set no deadline of their own. A view is in
 * memory; a config is a file; what an operator asks for is written to a file and carried to every part that it
 * concerns; VPP answers in milliseconds or has stalled; a sync may write tens of thousands of changes.
 */
export const limitMs = { view: 5_000, config: 30_000, operator: 30_000, vpp: 15_000, sync: 120_000 } as const;

/**
 * Who may watch at once, and how many connections may be open: of those that watch, each may have one of its own, and there
 * is still room for an operator.
 */
export const maxOpen = { watchers: 1500, connections: 2000 } as const;

/** Records that may be on their way at once: each is made by asking every part of maglevd, and held until it is taken. */
export const MAX_RECORDS = 4;

/** Calls of one connection that may be under way at once; one client must not take the places of all. */
export const MAX_CALLS_OF_CONNECTION = 100;
