/**
 * How Node is told to run maglevd, which nobody may keep waiting. Node's defaults are for whoever wants the most done in the
 * end: V8 lets 16 MB of young objects gather, which take 7 to 20 ms to collect; several threads do that together, and the main
 * thread waits until each of them had its core; four threads compile in the background just when much is new. A small young
 * generation is collected in 2 to 4 ms, by the main thread alone. When a process has been quiet, V8 lets the old generation grow by little before it marks all of
 * it, which takes 3 to 5 ms at a time of both cores just when many servers fail: it may double. maglevd runs without these, too, only less steadily.
 * Accepted by Node 20, 22 and 24 on their command line, but not all of them in NODE_OPTIONS.
 */
export const nodeFlags: readonly string[] = [
  '--max-semi-space-size=2',
  '--no-parallel-scavenge',
  '--v8-pool-size=1',
  '--heap-growing-percent=100',
];
