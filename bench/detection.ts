import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runPrinting } from '../program/output.js';
import { type Detection, measureDetection, type Scene, type Stages } from './probes/detection.js';
import { QuickServers } from './probes/quick-servers.js';
import { named, type SomeVpp, simulated } from './whole/some-vpp.js';

/**
 * How quickly a failure reaches VPP: what comes on top of what intervals and `fall` allow, when servers fail one by one and
 * when half of them fail together; and, where intervals are short, from the failure itself. All of it takes four minutes; what is
 * named as arguments (one-1000, one-10000, half-1000, half-10000, absolute) alone in less. The servers are HAProxy's; without it
 * there is no bench.
 */
/** After a failure, spread as it is where intervals are spread by chance, by a tenth of 220 ms to both sides. */
const fastMs = [200, 205, 210, 215, 220, 225, 230, 235, 240];
const usual = { timeoutMs: 1000, fastMs };
const scenes: Readonly<Record<string, Scene>> = {
  'one-1000': { ...usual, backends: 1000, intervalMs: 1000, failures: 500, together: false },
  'one-10000': { ...usual, backends: 10_000, intervalMs: 10_000, failures: 500, together: false },
  'half-1000': { ...usual, backends: 1000, intervalMs: 1000, failures: 500, together: true },
  'half-10000': { ...usual, backends: 10_000, intervalMs: 10_000, failures: 5000, together: true },
  absolute: { backends: 100, intervalMs: 100, fastMs: [100], timeoutMs: 100, failures: 100, together: false },
};

function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? 0;
}

function row(values: readonly number[]): string {
  const [p50, p99, max] = [0.5, 0.99, 1].map((fraction) => quantile(values, fraction).toFixed(1));
  return `p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`;
}

const stages: Readonly<Record<keyof Stages, string>> = {
  due: 'the probe that decides begins late',
  probed: 'its result',
  heard: 'the main thread has it',
  down: 'the backend is down',
  sent: 'the weight is sent',
  answered: 'VPP has answered',
};

function report(name: string, scene: Scene, vpp: SomeVpp, found: Detection): void {
  const { backends, intervalMs, fastMs: fast, together } = scene;
  const { overheads, reactions, absolutes, bare, doubts, machine } = found;
  const how = together ? 'together' : 'one by one';
  console.log(
    `${name}: ${overheads.length} of ${backends} servers fail ${how} (http, every ${intervalMs} ms, ${fast.join(', ')} ms`,
  );
  console.log(`  after a failure, fall 3), until ${vpp.name} has confirmed the weight:`);
  console.log(`  later than interval and count allow: ${row(overheads)}`);
  for (const [stage, what] of Object.entries(stages))
    console.log(`    ${what}: ${row(found.stages.map((one) => one[stage as keyof Stages]))}`);
  console.log(`  from the deciding result to VPP's reply: ${row(reactions)}`);
  console.log(`  the same weights at the same moments by a bare connection: ${row(bare)}`);
  // Where failures come together, what is from the failure on is nothing but the interval.
  if (!together) console.log(`  from the failure itself: ${row(absolutes)}`);
  console.log(
    `  a timer of an idle process meanwhile was late by: ${row(machine)}; ${doubts} doubts of our own`,
  );
}

const { values, positionals: wanted } = parseArgs({
  options: { api: { type: 'string' } },
  allowPositionals: true,
});
process.exitCode = await runPrinting('bench:detection', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'maglev-bench-'));
  const vpp =
    values.api === undefined
      ? simulated(path.join(folder, 'vpp.sock'), { prompt: true })
      : await named(values.api);
  try {
    for (const [name, scene] of Object.entries(scenes)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      const servers = await QuickServers.start();
      try {
        report(name, scene, vpp, await measureDetection(servers, scene, vpp));
      } finally {
        servers.end();
      }
    }
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
