import { WARM_UP_MS } from './warm-up.js';

/** The worker of the engine. After the warm-up it spreads no interval any more, so that the law says when a probe is due. */
const random = Math.random;
Math.random = () => (performance.now() < WARM_UP_MS ? random() : 0.5);

await import('../../probes/engine/worker-main.js');
