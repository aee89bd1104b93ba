// `npm test`: installs, builds, lints, and runs every spec.
import { spawn } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import './prepare.mjs';

const root = path.resolve(import.meta.dirname, '..');
const specs = path.join(root, 'out', 'spec');
const bundled = path.join(root, 'node_modules', '.cache', 'vpp-maglev', 'programs');

/** What takes longest begins first: otherwise it is alone at the end, on one of two cores. */
const longest = ['lab/', 'e2e/', 'packaging/', 'rpc/doors', 'cli/process', 'web/page/', 'kernel/'];

const { bundle } = await import(path.join(root, 'out', 'packaging', 'bundle.js'));
rmSync(bundled, { recursive: true, force: true });
await Promise.all([run('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'), bundle(bundled)]);
process.env.MAGLEV_PROGRAMS = bundled;
// One more than there are cores, as many files wait for processes and sockets most of the time.
const jobs = String(Math.min(availableParallelism() + 1, 5));
await run('mocha/bin/mocha.js', '--parallel', '--jobs', jobs, ...files(), ...process.argv.slice(2));

/** Every spec, as mocha is to take them. */
function files() {
  const place = (file) => {
    const index = longest.findIndex((start) => file.startsWith(start));
    return index < 0 ? longest.length : index;
  };
  return readdirSync(specs, { recursive: true })
    .filter((file) => file.endsWith('.spec.js'))
    .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
    .map((file) => path.join('out', 'spec', file));
}

/** Runs a program of an installed package; whoever fails ends this with the same code. */
function run(program, ...args) {
  const file = path.join(root, 'node_modules', program);
  const child = spawn(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      if (code !== 0) process.exit(code ?? 1);
      resolve();
    });
  });
}
