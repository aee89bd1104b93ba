import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createActorSystem } from '../actors/kernel/system.js';
import { plannerActor } from '../actors/planner.js';
import { realClock } from '../clock/real-clock.js';
import type { Address } from '../protocol/address.js';
import type { PlanRequest } from '../protocol/plan.js';
import { plannedSite } from '../spec/support/planned-site.js';

/**
 * How long a plan of a large site takes, and for how long it holds up everybody else in the process: the longest turn of the
 * event loop. Targets: a second, and 20 ms.
 */
const FRONTENDS = 1000;
const BACKENDS = 10_000;
const ROUNDS = 12;

const quiet = { enabled: () => false, log: () => undefined };
const system = createActorSystem({ clock: realClock, log: quiet });
const planner: Address<PlanRequest> = system.start(
  plannerActor(plannedSite({ backends: BACKENDS, frontends: FRONTENDS })),
);
const took: number[] = [];
const held: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const began = performance.now();
  const plan = await system.ask(planner, { type: 'plan', whatIf: { kind: 'reload', file: null } });
  took.push(performance.now() - began);
  delay.disable();
  held.push(delay.max / 1e6);
  if (plan.vips.length !== FRONTENDS) throw new Error('the plan does not tell of every frontend');
}
await system.stop();

console.log(`plan of a reload that changes a weight of each of ${FRONTENDS} frontends, ${BACKENDS} backends`);
row('answered after', took, 1000);
row('longest turn of the event loop', held, 20);

function row(what: string, values: readonly number[], target: number): void {
  const [first = 0] = values;
  const sorted = [...values].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  const figures = [sorted[0] ?? 0, median, first].map((ms) => ms.toFixed(0).padStart(5)).join('');
  console.log(`${what.padEnd(32)} best, median, first: ${figures} ms (target ${target} ms)`);
}
