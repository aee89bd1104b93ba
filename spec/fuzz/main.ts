import { parseArgs } from 'node:util';
import { runPrinting } from '../../program/output.js';
import { fuzzClient } from './fuzz-client.js';
import { fuzzDecoders } from './fuzz-decoders.js';
import { fuzzDoors } from './fuzz-doors.js';
import { fuzzInside } from './fuzz-inside.js';
import { fuzzSocket } from './fuzz-socket.js';
import type { Tally } from './tally.js';

const help = `npm run fuzz -- [--count <frames>] [--seed <n>]

Throws mutated frames at the decoders, at the client, at the simulator, inside its process and over its socket, and wrong
bytes at the doors of gRPC and HTTP, which must go on serving others all the time. Every
frame must end as a decoded message or with an error that has a name; what VPP dies of may kill the simulator, which is
then started again. The same seed gives the same frames. Default: 1,000,000 frames, seed 1.
`;

interface Part {
  readonly name: string;
  /** Of all frames. */
  readonly share: number;
  readonly run: (count: number, seed: number) => Tally | Promise<Tally>;
}

const parts: readonly Part[] = [
  { name: 'decoders', share: 0.35, run: fuzzDecoders },
  { name: 'client', share: 0.15, run: fuzzClient },
  { name: 'simulator, inside', share: 0.3, run: fuzzInside },
  { name: 'doors of gRPC and HTTP', share: 0.1, run: fuzzDoors },
  { name: 'simulator, over its socket', share: 0.1, run: fuzzSocket },
];

/** What may be left in memory at the end; the frames alone are far more. */
const MEMORY_LIMIT_BYTES = 1024 * 1024 * 1024;

const { values } = parseArgs({
  options: { count: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
});
const [count, seed] = [Number(values.count ?? 1_000_000), Number(values.seed ?? 1)];
process.exitCode = await runPrinting('fuzz', async () => {
  if (values.help === true || !Number.isInteger(count) || !Number.isInteger(seed)) {
    process.stdout.write(help);
  } else {
    process.on('uncaughtException', fail).on('unhandledRejection', fail);
    await run();
  }
  return 0;
});

async function run(): Promise<void> {
  let frames = 0;
  let peak = 0;
  for (const { name, share, run: throwAt } of parts) {
    const begin = performance.now();
    const tally = await throwAt(Math.round(count * share), seed);
    const seconds = (performance.now() - begin) / 1000;
    frames += tally.frames;
    peak = Math.max(peak, process.resourceUsage().maxRSS * 1024);
    process.stdout.write(`${name}: ${tally.frames} frames in ${seconds.toFixed(1)} s, seed ${seed}\n`);
    for (const line of tally.lines()) process.stdout.write(`  ${line}\n`);
  }
  process.stdout.write(`${frames} frames; at most ${Math.round(peak / 2 ** 20)} MiB of memory\n`);
  if (peak > MEMORY_LIMIT_BYTES) fail(new Error('too much memory'));
}

function fail(thrown: unknown): void {
  process.stderr.write(`fuzz, seed ${seed}: ${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  if (thrown instanceof Error && thrown.cause !== undefined)
    process.stderr.write(`because of ${String(thrown.cause)}\n`);
  process.exit(1);
}
