import { openSync } from 'node:fs';
import { realClock } from '../../clock/real-clock.js';
import type { ProbeTarget } from '../../probes/target.js';
import { recordingLog } from './recording-log.js';
import { singleProbes } from './single-probes.js';

/** What this program prints. */
export interface ProbedOnce {
  readonly results: readonly { readonly verdict: string; readonly code: string; readonly detail: string }[];
  /** Records above debug. */
  readonly log: readonly { readonly event: string; readonly fields: Readonly<Record<string, unknown>> }[];
}

/** A program: probes each target once with an engine, prints what came of it, and ends. */
const order: { netns: string; targets: ProbeTarget[]; exhaust: boolean } = JSON.parse(process.argv[2] ?? '');
const log = recordingLog();
const engine = singleProbes({ workers: 1, netns: order.netns, clock: realClock, log });
const [first] = order.targets;
// The worker is up, with all that it opens once for itself.
if (first !== undefined) await engine.probe('first', first);
if (order.exhaust) exhaustDescriptors();
const results = await Promise.all(order.targets.map((target, i) => engine.probe(`b${i}`, target)));
const report: ProbedOnce = { results, log: log.records.filter(({ level }) => level !== 'debug') };
process.stdout.write(JSON.stringify(report));
await engine.stop();

function exhaustDescriptors(): void {
  try {
    for (;;) openSync('/dev/null', 'r');
  } catch {
    // None is left.
  }
}
