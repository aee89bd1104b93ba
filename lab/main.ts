// npm run days -- --seed 7 --for 24h
// npm run days -- --seeds 1000 --from 1 --jobs 2
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { isLeft } from 'fp-ts/lib/Either.js';
import { parseDuration } from '../domain/duration.js';
import { runDay } from './day.js';
import { scenarioOfSeed } from './draw.js';
import { shrink } from './shrink.js';
import { storyOf } from './story.js';
import { addDay, addTally, type DaysTally, emptyTally, tallyText } from './tally.js';

const usage = `usage: npm run days -- [--seed <n> | --seeds <count> [--from <n>] [--jobs <n>]] [--for <time>] [--backends <n>] [--trace]
                        [--shrink [--keep <file>]]
  --seed      one day, and its story if something was broken
  --seeds     so many days, from seed --from on (default 1), by --jobs processes (default: one a core)
  --for       how long each lasts, as 10m or 24h; default 10m
  --backends  how many; default: drawn
  --trace     print what was seen
  --digests   print one number for what was seen on each day: it is the same on every machine
  --shrink    of a seed on which something is broken: the smallest day that still breaks it; --keep writes it to a file`;

interface Wish {
  readonly durationMs: number;
  readonly backends?: number;
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    for: { type: 'string', default: '10m' },
    backends: { type: 'string' },
    trace: { type: 'boolean', default: false },
    digests: { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: false },
    keep: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
process.exitCode = await main();

async function main(): Promise<number> {
  const durationMs = durationOf(values.for);
  if (values.help || durationMs === null) {
    console.log(usage);
    return values.help ? 0 : 64;
  }
  const wish = {
    durationMs,
    ...(values.backends === undefined ? {} : { backends: Number(values.backends) }),
  };
  if (values.shrink) return smallest(Number(values.seed ?? 1), wish);
  if (values.seeds === undefined) return one(Number(values.seed ?? 1), wish);
  const [from, count, jobs] = [Number(values.from), Number(values.seeds), Number(values.jobs)];
  const tally = jobs > 1 ? await byProcesses(from, count, jobs) : await here(from, count, wish);
  if (process.send === undefined) console.log(tallyText(tally));
  else process.send(tally);
  return tally.failed === 0 ? 0 : 1;
}

async function one(seed: number, wish: Wish): Promise<number> {
  const scenario = scenarioOfSeed(seed, wish);
  const before = process.cpuUsage();
  const day = await runDay(scenario, { keepTrace: values.trace, goOn: true });
  const tally = emptyTally();
  addDay(tally, day, cpuSince(before));
  if (values.trace) console.log(day.lines.join('\n'));
  if (day.violations.length > 0) console.log(storyOf(scenario, day));
  console.log(tallyText(tally));
  console.log(`trace ${day.digest}`);
  return tally.failed === 0 ? 0 : 1;
}

async function smallest(seed: number, wish: Wish): Promise<number> {
  const shrunk = await shrink(scenarioOfSeed(seed, wish));
  if (shrunk === null) {
    console.log(`nothing is broken on the day of seed ${seed}`);
    return 0;
  }
  const { scenario, violation, played } = shrunk;
  console.log(storyOf(scenario, { violations: [violation] }));
  console.log(`found by playing ${played} days`);
  if (values.keep !== undefined) writeFileSync(values.keep, `${JSON.stringify(scenario, null, 2)}\n`);
  return 1;
}

async function here(from: number, count: number, wish: Wish): Promise<DaysTally> {
  const tally = emptyTally();
  for (let seed = from; seed < from + count; seed++) {
    const scenario = scenarioOfSeed(seed, wish);
    const before = process.cpuUsage();
    const day = await runDay(scenario);
    addDay(tally, day, cpuSince(before));
    if (values.digests) console.log(`seed ${seed} trace ${day.digest}`);
    if (day.violations.length > 0) console.log(`${storyOf(scenario, day)}\n`);
  }
  return tally;
}

/** Each process plays its share. */
async function byProcesses(from: number, count: number, jobs: number): Promise<DaysTally> {
  const tally = emptyTally();
  const share = Math.ceil(count / jobs);
  const shares = Array.from(
    { length: jobs },
    (_, i) => [from + i * share, Math.min(share, count - i * share)] as const,
  );
  await Promise.all(
    shares
      .filter(([, own]) => own > 0)
      .map(async ([first, own]) => {
        addTally(tally, await child(first, own));
      }),
  );
  return tally;
}

function child(from: number, count: number): Promise<DaysTally> {
  const rest = values.backends === undefined ? [] : ['--backends', values.backends];
  const args = [
    '--seeds',
    String(count),
    '--from',
    String(from),
    '--jobs',
    '1',
    '--for',
    values.for,
    ...rest,
  ];
  return new Promise((resolve, reject) => {
    const process = fork(new URL(import.meta.url), args);
    let tally: DaysTally | null = null;
    process.on('message', (message) => {
      tally = message as DaysTally;
    });
    process.on('error', reject);
    process.on('exit', (code) => {
      if (tally === null)
        reject(new Error(`a process that played days from seed ${from} on ended with ${code}`));
      else resolve(tally);
    });
  });
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function durationOf(text: string): number | null {
  const parsed = parseDuration(text);
  return isLeft(parsed) ? null : parsed.right;
}
