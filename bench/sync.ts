import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { openApi } from '../binapi/open-api.js';
import { realClock } from '../clock/real-clock.js';
import { runPrinting } from '../program/output.js';
import { startSimulator } from './simulator.js';
import { judged } from './whole/limits.js';
import { startWhole, type WholeSync } from './whole/maglevd.js';
import { named, type SomeVpp, simulated } from './whole/some-vpp.js';
import { writeFleet } from './whole/static-fleet.js';
import { BareLoop, type Recording, RecordingProxy } from './wire.js';

/**
 * How much maglevd adds to the least that has to be done, measured at whole processes: a fresh maglevd beside an empty VPP,
 * an empty VPP that comes back under a warm maglevd, and syncs that find nothing to do, each as a ratio to a bare loop that
 * writes the same bytes and reads as many. Everything is measured in this run, on this machine: beside the simulator,
 * or beside a real VPP (`npm run bench -- --api SOCKET`), which must be empty; `--restart COMMAND` says how to restart it, and
 * ends when it is there again. `--only fresh`, `warm`, `noop` or `pings` (several with commas) measures these alone;
 * `--vips 100 --runs 2` is a short one. Beside each figure stands what it may be at most.
 * For syncs the simulator has one core, as VPP's main thread has, and few threads beside it: with all cores (`--all-cores`) it
 * is quicker beside the bare loop, which needs none, than beside maglevd.
 */
const RESTARTS = 5;
const NOOPS = 7;
const PINGS = 100_000;

/** Ratios to the bare loop, and how long the event loop may be blocked. */
const LIMITS = { fresh: 1.5, warm: 1.2, noop: 1.5, blockedMs: 20 };

const { values: options } = parseArgs({
  options: {
    api: { type: 'string' },
    restart: { type: 'string' },
    only: { type: 'string', default: 'pings,fresh,warm,noop' },
    vips: { type: 'string', default: '1000' },
    servers: { type: 'string', default: '10' },
    runs: { type: 'string', default: '5' },
    'all-cores': { type: 'boolean', default: false },
  },
});
const VIPS = Number(options.vips);
const SERVERS = Number(options.servers);
const FRESH = Number(options.runs);
const parts: ReadonlySet<string> = new Set(options.only.split(','));
const folder = mkdtempSync(path.join(tmpdir(), 'maglev-bench-'));
const config = path.join(folder, 'maglev.yaml');

/** What goes over the wire in a cold sync of a fresh maglevd, and in one that finds nothing to do. */
async function record(vpp: SomeVpp): Promise<{ readonly cold: Recording; readonly noop: Recording }> {
  await vpp.begin();
  const socket = path.join(folder, 'proxy.sock');
  const proxy = await RecordingProxy.start(socket, vpp.socket);
  const maglevd = startWhole(folder, config, socket);
  await maglevd.nextSync();
  const cold = proxy.take();
  await maglevd.sync();
  const noop = proxy.take();
  await maglevd.end();
  proxy.close();
  return { cold, noop };
}

async function bare(vpp: SomeVpp, { cold, noop }: { readonly cold: Recording; readonly noop: Recording }) {
  await vpp.begin();
  const loop = await BareLoop.connect(vpp.socket);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const coldMs = await loop.play(cold);
  delay.disable();
  const noops: number[] = [];
  for (let i = 0; i <= NOOPS; i++) noops.push(await loop.play(noop));
  loop.close();
  return { coldMs, noopMs: median(noops.slice(1)), blockedMs: delay.max / 1e6 };
}

interface Whole {
  readonly fresh: WholeSync;
  readonly restarts: readonly WholeSync[];
  readonly noops: readonly WholeSync[];
}

async function whole(vpp: SomeVpp, restarts: number): Promise<Whole> {
  await vpp.begin();
  const maglevd = startWhole(folder, config, vpp.socket);
  const fresh = await maglevd.nextSync();
  const again: WholeSync[] = [];
  for (let i = 0; i < restarts && vpp.restart !== null; i++) {
    const synced = maglevd.nextSync();
    await vpp.restart();
    again.push(await synced);
  }
  const noops: WholeSync[] = [];
  for (let i = 0; i <= NOOPS && parts.has('noop'); i++) noops.push(await maglevd.sync());
  await maglevd.end();
  return { fresh, restarts: again, noops: noops.slice(1) };
}

async function pings(): Promise<number> {
  const socket = path.join(folder, 'pings.sock');
  const sim = await startSimulator(socket);
  const trace = { enabled: () => false, message: () => {} };
  const client = await openApi({ socketPath: socket, clientName: 'bench', clock: realClock, trace });
  const begin = performance.now();
  for (let sent = 0; sent < PINGS; sent += 1000) {
    await Promise.all(Array.from({ length: 1000 }, () => client.ping()));
  }
  const seconds = (performance.now() - begin) / 1000;
  await client.close();
  await sim.end();
  return Math.round(PINGS / seconds);
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function report(what: string, mine: readonly number[], loop: readonly number[], limit: number): void {
  const ratio = median(mine) / median(loop);
  const range = `${Math.min(...mine).toFixed(0)} to ${Math.max(...mine).toFixed(0)}`;
  const both = `${median(mine).toFixed(0)} ms (${range}), bare loop ${median(loop).toFixed(0)} ms`;
  console.log(`  ${what}: ${both}, ratio ${ratio.toFixed(2)} (${judged(ratio, limit)})`);
}

async function measure(vpp: SomeVpp): Promise<void> {
  const recording = await record(vpp);
  const loops = [];
  const runs: Whole[] = [];
  for (let i = 0; i < FRESH; i++) {
    loops.push(await bare(vpp, recording));
    runs.push(await whole(vpp, i === 0 && parts.has('warm') ? RESTARTS + 1 : 0));
  }
  const fresh = runs.map((run) => run.fresh);
  // The first restart comes to a maglevd that has made one cold sync: it is not warm yet.
  const warm = runs.flatMap(({ restarts }) => restarts).slice(1);
  const noops = runs.flatMap((run) => run.noops);
  const cold = loops.map(({ coldMs }) => coldMs);
  console.log(`${VIPS} VIPs x ${SERVERS} servers beside ${vpp.name}, medians, whole processes:`);
  const since = (syncs: readonly WholeSync[]) => syncs.map(({ sinceConnectMs }) => sinceConnectMs);
  const blocked: string[] = [];
  const row = (
    part: 'fresh' | 'warm' | 'noop',
    what: string,
    syncs: readonly WholeSync[],
    mine: number[],
    loop: number[],
  ) => {
    if (!parts.has(part)) return;
    if (syncs.length === 0) {
      console.log(`  ${what}: skipped, this VPP cannot be restarted from here`);
      return;
    }
    report(what, mine, loop, LIMITS[part]);
    const most = syncs.map(({ blockedMs }) => blockedMs);
    const typical = `median ${median(most).toFixed(1)}`;
    const verdict = judged(Math.max(...most), LIMITS.blockedMs, ' ms');
    blocked.push(`${part} ${Math.max(...most).toFixed(1)} ms (${typical}; ${verdict})`);
  };
  row('fresh', 'cold sync of a fresh maglevd, from the connection on', fresh, since(fresh), cold);
  row('warm', 'cold sync of a warm maglevd, VPP restarted', warm, since(warm), cold);
  if (warm.length > 0)
    console.log(`  fresh beside warm: ${(median(since(fresh)) / median(since(warm))).toFixed(2)}`);
  row(
    'noop',
    'sync that changes nothing',
    noops,
    noops.map(({ durationMs }) => durationMs),
    loops.map(({ noopMs }) => noopMs),
  );
  // The bare loop has nothing to do but to wait: what blocks it is the machine.
  const machine = Math.max(...loops.map(({ blockedMs }) => blockedMs)).toFixed(1);
  console.log(`  event loop blocked at most: ${blocked.join(', ')}; the bare loop: ${machine} ms`);
}

process.exitCode = await runPrinting('bench', async () => {
  writeFleet(config, VIPS, SERVERS);
  const { api, restart } = options;
  const socket = path.join(folder, 'vpp.sock');
  const likeVpp = options['all-cores'] ? {} : { prompt: true, oneCore: true };
  const vpp = api === undefined ? simulated(socket, likeVpp) : await named(api, restart);
  try {
    if (api === undefined && parts.has('pings'))
      console.log(`pipelined control_pings: ${(await pings()).toLocaleString('en')} a second`);
    if (['fresh', 'warm', 'noop'].some((part) => parts.has(part))) await measure(vpp);
    return 0;
  } finally {
    await vpp.end();
    rmSync(folder, { recursive: true, force: true });
  }
});
