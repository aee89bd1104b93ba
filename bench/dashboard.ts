import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { EventFollower } from '../spec/support/dashboard-server.js';
import { until } from '../spec/support/until.js';

// What it costs maglevd-frontend to show 10,000 backends of which 1,000 change a second, to 20 pages. CPU is counted, and
// not time: run it beside other things if need be. Arguments: backends, changes a second, pages, seconds.
const [backends = 10_000, changes = 1000, pages = 20, seconds = 20] = process.argv.slice(2).map(Number);
const out = path.resolve(import.meta.dirname, '..');
const children: ChildProcess[] = [];

function start(file: string, ...args: string[]): Promise<{ pid: number; line: string }> {
  const child = spawn(process.execPath, [path.join(out, file), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${file} ended`)));
    createInterface({ input: child.stdout }).once('line', (line) => resolve({ pid: child.pid ?? 0, line }));
  });
}

/** In ms. */
function cpuOf(pid: number): number {
  const [, rest = ''] = /^.*\) (.*)$/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8').trim()) ?? [];
  const fields = rest.split(' ').map(Number);
  return ((fields[11] ?? 0) + (fields[12] ?? 0)) * 10;
}

/** In MiB. */
function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const source = await start('bench/dashboard-source.js', String(backends), String(changes));
const flags = ['--server', source.line, '--listen', '127.0.0.1:0'];
const server = await start('bin/maglevd-frontend.js', ...flags);
const base = `http://${(JSON.parse(server.line) as { address: string }).address}`;
const followers = Array.from({ length: pages }, () => new EventFollower(base, '/view/api/events', {}, false));
await until(() => followers.every(({ status }) => status === 200));
await pause(3000);
const [before, bytesBefore] = [cpuOf(server.pid), followers[0]?.bytes ?? 0];
const began = performance.now();
for (let i = 0; i < seconds; i += 5) {
  await pause(5000);
  console.log(`${Math.round(performance.now() - began)} ms: ${memoryOf(server.pid).toFixed(0)} MiB`);
}
const passed = performance.now() - began;
console.log(
  `${backends} backends, ${changes} changes a second, ${pages} pages: ` +
    `${(((cpuOf(server.pid) - before) / passed) * 100).toFixed(1)} % of a core, ` +
    `${(((followers[0]?.bytes ?? 0) - bytesBefore) / passed).toFixed(0)} kB/s a page`,
);
for (const one of followers) one.close();
for (const child of children) child.kill('SIGKILL');
process.exit(0);
