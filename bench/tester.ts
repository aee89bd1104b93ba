import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runPrinting } from '../program/output.js';
import { PseudoTerminal } from '../spec/support/pseudo-terminal.js';
import { haproxyVersion, startHaproxy } from './probes/checkers.js';
import { processUsage } from './probes/process-usage.js';
import { type Ports, TargetFarm, targetAddress } from './probes/target-farm.js';

/**
 * What maglevt costs with 40 VIPs, each asked ten times a second: a connection, beside HAProxy that checks the same servers at the same
 * time; and the display, beside a maglevt that shows nothing. About a minute.
 */
const VIPS = 40;
const INTERVAL_MS = 100;
/** Until what is compiled at run time is compiled. */
const SETTLE_MS = 10_000;
const MEASURE_MS = 8000;
const kinds = ['http', 'tcp'] as const;

const program = path.resolve(import.meta.dirname, '../bin/maglevt.js');

function vipFlags(kind: (typeof kinds)[number], { http }: Ports): string[] {
  const rest = kind === 'http' ? '/' : '';
  const vips = Array.from({ length: VIPS }, (_, n) => [
    '--vip',
    `${kind}/${targetAddress(n)}:${http}${rest}`,
  ]);
  return [...vips.flat(), '--interval', `${INTERVAL_MS}ms`];
}

function startMaglevt(flags: readonly string[]): ChildProcess {
  return spawn(process.execPath, [program, ...flags], { stdio: ['ignore', 'ignore', 'inherit'] });
}

interface Load {
  readonly cpuMs: number;
  readonly ms: number;
}

/** What processes take of CPUs within the same time, after they have run for a while. */
async function measure(pids: readonly number[]): Promise<Load[]> {
  const look = () => pids.map((pid) => ({ at: performance.now(), ...processUsage(pid) }));
  await pause(SETTLE_MS);
  const before = look();
  await pause(MEASURE_MS);
  const after = look();
  return after.map(({ at, cpuMs }, i) => ({
    cpuMs: cpuMs - (before[i]?.cpuMs ?? 0),
    ms: at - (before[i]?.at ?? 0),
  }));
}

async function measureConnections(kind: (typeof kinds)[number], ours: Ports, theirs: Ports): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'maglev-bench-'));
  const maglevt = startMaglevt(vipFlags(kind, ours));
  const haproxy = await startHaproxy(folder, theirs, { kind, backends: VIPS, intervalMs: INTERVAL_MS });
  try {
    const [own, other] = await measure([maglevt.pid ?? 0, haproxy.pid]);
    if (own === undefined || other === undefined) return;
    const us = ({ cpuMs, ms }: Load) => (cpuMs * 1000) / ((ms * VIPS) / INTERVAL_MS);
    const ratio = (us(own) / us(other)).toFixed(2);
    const rate = (VIPS * 1000) / INTERVAL_MS;
    console.log(
      `  ${kind.padEnd(4)} ${rate} connections/s: maglevt ${us(own).toFixed(0)} us of CPU each; HAProxy ${us(other).toFixed(0)} us; ratio ${ratio} (at most 1.5)`,
    );
  } finally {
    maglevt.kill('SIGKILL');
    await haproxy.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** With a terminal and without one, beside each other. */
async function measureDisplay(ports: Ports): Promise<void> {
  const flags = vipFlags('http', ports);
  const blind = startMaglevt(flags);
  const terminal = new PseudoTerminal(program, flags, { rows: 60, columns: 140 });
  try {
    await terminal.sees('q quit');
    const [shown, not] = await measure([terminal.pid, blind.pid ?? 0]);
    if (shown === undefined || not === undefined) return;
    const share = (shown.cpuMs / shown.ms - not.cpuMs / not.ms) * 100;
    const all = ((shown.cpuMs / shown.ms) * 100).toFixed(1);
    console.log(
      `  display of ${VIPS} VIPs, 10 times a second: ${share.toFixed(1)} % of a core (below 2); with the probes ${all} %`,
    );
  } finally {
    blind.kill('SIGKILL');
    await terminal.close();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const farm = await TargetFarm.start(2);
process.exitCode = await runPrinting('bench:tester', async () => {
  try {
    const [ours, theirs] = farm.entrances;
    if (ours === undefined || theirs === undefined) return 1;
    const version = haproxyVersion();
    if (version === null) console.log('HAProxy is not installed, so there is nothing to compare with.');
    else
      console.log(`Cost beside ${version}, same servers, intervals and time, a connection for every check.`);
    if (version !== null) for (const kind of kinds) await measureConnections(kind, ours, theirs);
    await measureDisplay(ours);
    return 0;
  } finally {
    farm.end();
  }
});
