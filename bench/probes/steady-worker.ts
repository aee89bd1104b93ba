import { STEADY_DICE, WARM_UP_MS } from './warm-up.js';

/**
 * The worker of the engine. After the warm-up it spreads no interval any more, so that the law says when a probe is due. In a worker
 * performance.now() counts from the start of the process, in which there may have been others before.
 */
const random = Math.random;
const startedAt = performance.now();
Math.random = () => (performance.now() - startedAt < WARM_UP_MS ? random() : STEADY_DICE);

await import('../../probes/engine/worker-main.js');
