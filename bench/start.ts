import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundle } from '../packaging/bundle.js';
import { nodeFlags } from '../program/node-flags.js';
import { runPrinting } from '../program/output.js';
import { haproxyVersion } from './probes/checkers.js';
import { judged } from './whole/limits.js';
import { startWhole, type WholeMaglevd, type WholeSync } from './whole/maglevd.js';
import { type SomeVpp, simulated } from './whole/some-vpp.js';
import { writeFleet } from './whole/static-fleet.js';

/**
 * What a start costs with 10,000 backends and 1,000 frontends: a check of the config beside `haproxy -c` with as many
 * servers, if that is installed, and the time from the start of the process to the end of the first full sync, beside the
 * simulator, and the first one beside a later one. CPU is that of the whole process, user and system. The programs are
 * those of a build, and those of the packages, which have their modules in a few files.
 */
const FRONTENDS = 1000;
const SERVERS = 10;
const SAMPLES = 5;

/** A check of the config, in CPU; and the first full sync of a process, beside a later one. */
const CHECK_MS = 1000;
const FIRST_SYNC = 1.5;

const folder = mkdtempSync(path.join(tmpdir(), 'maglev-bench-'));
const program = path.resolve(import.meta.dirname, '../bin/maglevd.js');

// Authorities that this machine adds to Node's are read at every start of it, whatever it is started for.
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;

interface Cost {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** The median of some runs, by CPU. Throws when the program does not end well. */
function cost(command: string, ...args: readonly string[]): Cost {
  const runs = Array.from({ length: SAMPLES }, (): Cost => {
    const begin = performance.now();
    const script = 'TIMEFORMAT="%U %S"; time "$@" > /dev/null 2> "$0"';
    const words = ['-c', script, path.join(folder, 'stderr'), command, ...args];
    const { stderr, status } = spawnSync('bash', words, { encoding: 'utf8', env });
    if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
    const [user = 0, system = 0] = stderr.trim().split(' ').map(Number);
    return { cpuMs: (user + system) * 1000, wallMs: performance.now() - begin };
  });
  return runs.sort((a, b) => a.cpuMs - b.cpuMs)[SAMPLES >> 1] ?? { cpuMs: 0, wallMs: 0 };
}

function row(what: string, { cpuMs, wallMs }: Cost, limitMs = Number.POSITIVE_INFINITY): void {
  const verdict = limitMs < Number.POSITIVE_INFINITY ? ` (CPU ${judged(cpuMs, limitMs, ' ms')})` : '';
  console.log(
    `  ${what.padEnd(36)} ${cpuMs.toFixed(0).padStart(5)} ms of CPU, ${wallMs.toFixed(0)} ms${verdict}`,
  );
}

function typical(syncs: readonly WholeSync[], what: 'sinceStartMs' | 'durationMs'): number {
  return syncs.map((sync) => sync[what]).sort((a, b) => a - b)[syncs.length >> 1] ?? 0;
}

/** The same servers, behind as many addresses. */
function haproxyConfig(): string {
  const lines = [
    'defaults',
    '  mode tcp',
    '  timeout connect 1s',
    '  timeout client 1s',
    '  timeout server 1s',
  ];
  for (let f = 0; f < FRONTENDS; f++) {
    lines.push(`listen f-${f}`, `  bind 127.0.${f >> 8}.${f & 255}:8080`);
    for (let s = 0; s < SERVERS; s++)
      lines.push(`  server b-${f}-${s} 10.${s}.${f >> 8}.${f & 255}:80 weight 100 check`);
  }
  return `${lines.join('\n')}\n`;
}

/** Starts of a program beside an empty VPP, and what it does when VPP is restarted under it. */
async function starts(what: string, start: () => WholeMaglevd, vpp: SomeVpp): Promise<void> {
  const begun: WholeSync[] = [];
  const warm: WholeSync[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    await vpp.begin();
    const maglevd = start();
    begun.push(await maglevd.nextSync());
    for (let restarts = 0; restarts < 2; restarts++) {
      const synced = maglevd.nextSync();
      await vpp.begin();
      if (restarts > 0) warm.push(await synced);
      else await synced;
    }
    await maglevd.end();
  }
  console.log(`  ${what}, start to first full sync: ${typical(begun, 'sinceStartMs').toFixed(0)} ms`);
  const [first, again] = [typical(begun, 'durationMs'), typical(warm, 'durationMs')];
  const both = `${first.toFixed(0)} ms, that of the same process when VPP is restarted ${again.toFixed(0)} ms`;
  const ratio = first / again;
  console.log(
    `  its first full sync alone: ${both}, ratio ${ratio.toFixed(2)} (${judged(ratio, FIRST_SYNC)})`,
  );
}

process.exitCode = await runPrinting('bench:start', async () => {
  const vpp = simulated(path.join(folder, 'vpp.sock'));
  try {
    const config = path.join(folder, 'maglev.yaml');
    writeFleet(config, FRONTENDS, SERVERS);
    console.log(`${FRONTENDS} frontends, ${FRONTENDS * SERVERS} backends, median of ${SAMPLES}:`);
    row('node that does nothing', cost(process.execPath, '-e', '0'));
    row('maglevd --version', cost(process.execPath, ...nodeFlags, program, '--version'));
    row(
      'maglevd --check',
      cost(process.execPath, ...nodeFlags, program, '--check', '--config', config),
      CHECK_MS,
    );
    await bundle(path.join(folder, 'packaged'));
    const packaged = path.join(folder, 'packaged', 'maglevd.js');
    row('the same as it is packaged: --version', cost(process.execPath, ...nodeFlags, packaged, '--version'));
    row(
      'and --check',
      cost(process.execPath, ...nodeFlags, packaged, '--check', '--config', config),
      CHECK_MS,
    );
    const haproxy = haproxyVersion();
    if (haproxy === null) console.log('  haproxy -c: skipped, HAProxy is not installed');
    else {
      const file = path.join(folder, 'haproxy.cfg');
      writeFileSync(file, haproxyConfig());
      row(`haproxy -c (${haproxy})`, cost('haproxy', '-c', '-f', file));
    }
    for (const [what, started] of [
      ['maglevd', program],
      ['as it is packaged', packaged],
    ] as const)
      await starts(what, () => startWhole(folder, config, vpp.socket, started), vpp);
    return 0;
  } finally {
    await vpp.end();
    rmSync(folder, { recursive: true, force: true });
  }
});
