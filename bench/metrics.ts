import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { realClock } from '../clock/real-clock.js';
import { type DaemonWorld, runDaemon } from '../daemon/daemon.js';
import { largeConfig } from './metrics/large-config.js';

/**
 * What a scrape costs a maglevd with 10,000 backends in 1,000 frontends, that probes them by ICMP and governs a
 * simulator: CPU of the whole process, and how long the main loop is blocked. maglevd runs in this very process; the
 * scrapers are others.
 */
const BACKENDS = 10_000;
const FRONTENDS = 1000;
const ROUNDS = 3;
const LINES = 200_000;

const folder = mkdtempSync(path.join(tmpdir(), 'maglev-bench-'));
const file = (name: string) => path.join(folder, name);
const bin = path.resolve(import.meta.dirname, '..', 'bin');

interface Figures {
  readonly lines: number;
  readonly bytes: number;
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly blockedMs: number;
  /** Of another time that the same was done. */
  readonly turnMs: number;
}

/** Reads it all, and prints how many lines and bytes there were. `slow`: reads nothing, and hangs up after a while. */
const scraper = `
const http = require('node:http'), zlib = require('node:zlib');
const [port, encoding, patience] = process.argv.slice(1);
const headers = { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' };
if (encoding === 'gzip') headers['accept-encoding'] = 'gzip';
http.get({ host: '127.0.0.1', port, path: '/metrics', headers }, (response) => {
  if (patience) return setTimeout(() => process.exit(), Number(patience));
  let bytes = 0, lines = 0;
  response.on('data', (chunk) => { bytes += chunk.length; });
  const body = encoding === 'gzip' ? response.pipe(zlib.createGunzip()) : response;
  body.on('data', (chunk) => { for (const byte of chunk) if (byte === 10) lines++; });
  body.on('end', () => console.log(JSON.stringify({ lines, bytes })));
});`;

function scrape(port: string, encoding: string, patience = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['-e', scraper, port, encoding, patience], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
}

/** Nanoseconds that the main thread has had a CPU: what others took of it is not its doing. */
const mainCpu = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]);

/** The longest turn of the event loop while `run` ran, in milliseconds of CPU. Looking at every turn costs CPU itself. */
async function longestTurn(run: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = mainCpu();
  let over = false;
  const look = () => {
    const now = mainCpu();
    longest = Math.max(longest, now - last);
    last = now;
    if (!over) setImmediate(look);
  };
  setImmediate(look);
  await run();
  over = true;
  return longest / 1e6;
}

/** What happened to this process while `run` ran. */
async function measured(run: () => Promise<readonly string[]>): Promise<Figures> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const before = process.cpuUsage();
  const began = performance.now();
  delay.enable();
  const texts = await run();
  delay.disable();
  const wallMs = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  const { lines = 0, bytes = 0 } = texts.length === 0 ? {} : JSON.parse(texts[0] ?? '{}');
  return {
    lines,
    bytes,
    cpuMs: (user + system) / 1000,
    wallMs,
    blockedMs: delay.max / 1e6,
    turnMs: await longestTurn(run),
  };
}

const idle = (ms: number) => async () => {
  await new Promise<void>((resolve) => realClock.schedule(ms, resolve));
  return [];
};

function row(name: string, figures: readonly Figures[], idleShare: number): void {
  const of = (pick: (one: Figures) => number) =>
    [...figures].map(pick).sort((a, b) => a - b)[figures.length >> 1] ?? 0;
  const own = of(({ cpuMs, wallMs }) => cpuMs - wallMs * idleShare);
  const lines = of((one) => one.lines);
  const per = lines === 0 ? '' : `, ${((own / lines) * (LINES / 1000)).toFixed(2)} s for ${LINES} lines`;
  const size = lines === 0 ? '' : `${lines} lines, ${(of((one) => one.bytes) / 1e6).toFixed(1)} MB, `;
  console.log(`  ${name.padEnd(34)} ${size}${(own / 1000).toFixed(2)} s of CPU${per}; ${blocking(figures)}`);
}

function blocking(figures: readonly Figures[]): string {
  const most = (pick: (one: Figures) => number) => Math.max(...figures.map(pick)).toFixed(0);
  return `longest turn of the main loop ${most((one) => one.turnMs)} ms of CPU (it stood still for ${most((one) => one.blockedMs)} ms at most, whoever had the CPU)`;
}

async function times(run: () => Promise<readonly string[]>): Promise<Figures[]> {
  const all: Figures[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    all.push(await measured(run));
    await idle(500)();
  }
  return all;
}

writeFileSync(file('maglev.yaml'), largeConfig(BACKENDS, FRONTENDS));
const simulator = spawn(
  process.execPath,
  [path.join(bin, 'maglev-vppsim.js'), '--socket', file('api.sock'), '--stats-socket', file('stats.sock')],
  { stdio: 'ignore' },
);
let end: () => void = () => {};
let port = '';
let ready: () => void = () => {};
const synced = new Promise<void>((resolve) => {
  ready = resolve;
});
let probed = 0;
const doubts = { count: 0 };
const world: DaemonWorld = {
  clock: realClock,
  log: {
    enabled: (level) => level !== 'debug',
    log: (_level, event, fields = {}) => {
      if (event === 'metrics-listening') port = String(fields['address']).split(':').at(-1) ?? '';
      if (event === 'backend-transition' && fields['to'] === 'up') probed++;
      if (event === 'backend-doubt') doubts.count++;
      if (probed === BACKENDS) ready();
    },
  },
  printFrom: () => {},
  complain: (line) => console.error(line),
  onSignal: (signal, handle) => {
    if (signal === 'SIGTERM') end = handle;
  },
  atEnd: () => {},
};
const over = runDaemon(
  {
    config: file('maglev.yaml'),
    httpAddress: '',
    grpcAddress: `unix:${file('grpc.sock')}`,
    vppApiAddress: file('api.sock'),
    vppStatsAddress: file('stats.sock'),
    metricsAddress: '127.0.0.1:0',
    logLevel: 'info',
    logFormat: 'json',
    stateDir: '',
    reflection: false,
    insecure: false,
    tls: null,
  },
  world,
);
try {
  await synced;
  await idle(10_000)();
  console.log(`A scrape of ${BACKENDS} backends in ${FRONTENDS} frontends, median of ${ROUNDS}:`);
  const nothing = await measured(idle(3000));
  const share = nothing.cpuMs / nothing.wallMs;
  console.log(`  nobody scrapes: ${(100 * share).toFixed(0)} % of a CPU; ${blocking([nothing])}`);
  await scrape(port, '');
  row('plain', await times(async () => [await scrape(port, '')]), share);
  row('gzip', await times(async () => [await scrape(port, 'gzip')]), share);
  const four = () => Promise.all(['', 'gzip', '', 'gzip'].map((encoding) => scrape(port, encoding)));
  row('four at once, lines of one', await times(four), share);
  const vanishing = () => Promise.all(['1500', '1500', '1500'].map((ms) => scrape(port, '', ms)));
  row('three who read nothing and go', await times(async () => (await vanishing()).slice(3)), share);
  console.log(`  probes that were in doubt meanwhile: ${doubts.count}`);
} finally {
  end();
  await over;
  simulator.kill();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
