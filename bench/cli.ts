import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundle, root } from '../packaging/bundle.js';
import { type Arch, addKoffi } from '../packaging/koffi.js';
import { runPrinting } from '../program/output.js';

/**
 * How long a program takes to start and say something, compiled and bundled, beside a Node that does nothing.
 * MAGLEV_BENCH_NODE names another Node than this one, as the vendored one.
 */
const SAMPLES = 15;
const node = process.env['MAGLEV_BENCH_NODE'] ?? process.execPath;

const folder = mkdtempSync(path.join(tmpdir(), 'maglev-bench-'));
process.exitCode = await runPrinting('bench:cli', async () => {
  try {
    const { bytes } = await bundle(folder);
    addKoffi(folder, path.join(root, 'node_modules'), process.arch as Arch);
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
    process.stdout.write(`Node ${version}; bundle of ${(bytes / 1e6).toFixed(1)} MB; median of ${SAMPLES}\n`);
    const compiled = path.join(root, 'out', 'bin');
    const nothing = measured(['-e', '0']);
    row('node -e 0', nothing, nothing);
    for (const [program, ...args] of [
      ['maglevd', '--version'],
      ['maglevc', '--version'],
      ['maglevc', 'help'],
      ['maglevc', '--server', 'unix:/nowhere/x', 'show', 'frontends'],
      ['maglev-vppsim', '--version'],
      ['maglevd', '--check', '--config', path.join(root, 'maglev.yaml')],
    ]) {
      const words = [program, ...args.map((arg) => path.basename(arg))].join(' ');
      row(words, measured([path.join(compiled, `${program}.js`), ...args]), nothing);
      row(`${words}, bundled`, measured([path.join(folder, `${program}.js`), ...args]), nothing);
    }
    return 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Milliseconds of one start, the median of several. */
function measured(args: readonly string[]): number {
  const samples = Array.from({ length: SAMPLES }, () => {
    const begin = performance.now();
    const { error } = spawnSync(node, args, { stdio: 'ignore' });
    if (error !== undefined) throw error;
    return performance.now() - begin;
  });
  return median(samples);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function row(name: string, ms: number, nothing: number): void {
  process.stdout.write(
    `${name.padEnd(54)} ${ms.toFixed(0).padStart(5)} ms  ${(ms / nothing).toFixed(2)} x\n`,
  );
}
