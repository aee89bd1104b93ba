import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runPrinting } from '../../program/output.js';
import { type Bug, bugs } from './bug-list.js';
import { CopiedTree } from './copied-tree.js';
import { type Hunted, hunt } from './hunt.js';
import type { Caught } from './play.js';

const help = `npm run bugs -- [--only <text>] [--seeds <n>] [--jobs <n>] [--keep <file>]

Puts ${bugs.length} bugs into copies of maglevd, one at a time, and has the lab look for each: the states of small fleets with up to
three faults, and days of up to so many seeds (default 500). Prints who was found, by what, and after how many seeds. With --keep
every step is written down in that file, and whoever is called again with it goes on where it ended.
`;

/** A line of what is kept. */
interface Kept {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly caught: Caught | null;
  readonly seeds: number;
  readonly cpuSeconds: number;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seeds: { type: 'string' },
    jobs: { type: 'string' },
    keep: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
process.exitCode = await runPrinting('bugs', async () => {
  const { only = '', keep } = values;
  const [seeds, jobs] = [Number(values.seeds ?? 500), Number(values.jobs ?? 2)];
  const chosen = bugs.filter(({ name }) => name.includes(only));
  if (values.help === true || !(seeds >= 1) || !(jobs >= 1) || chosen.length === 0) {
    process.stdout.write(help);
    return values.help === true ? 0 : 2;
  }
  const earlier = keep === undefined ? new Map<string, Hunted>() : keptIn(keep);
  const left = [...chosen];
  const all: Hunted[] = [];
  const told = (so: Hunted) => {
    if (keep !== undefined) appendFileSync(keep, `${JSON.stringify(lineOf(so))}\n`);
  };
  const work = async () => {
    const tree = new CopiedTree();
    try {
      for (let bug = left.shift(); bug !== undefined; bug = left.shift()) {
        const before = earlier.get(bug.name);
        const one = await hunt(tree, bug, { seeds, told, ...(before === undefined ? {} : { before }) });
        all.push(one);
        process.stdout.write(`${rowOf(one)}\n`);
      }
    } finally {
      tree.remove();
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  const found = all.filter(({ caught }) => caught !== null);
  const cpu = all.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  process.stdout.write(`${found.length} of ${all.length} found, ${cpu.toFixed(0)} s of CPU\n`);
  return found.length === all.length ? 0 : 1;
});

/** How far an earlier hunt came; a bug that was changed since begins anew. */
function keptIn(file: string): Map<string, Hunted> {
  const kept = new Map<string, Hunted>();
  if (!existsSync(file)) return kept;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue;
    const { name, from, to, ...so }: Kept = JSON.parse(line);
    const bug = bugs.find((one) => one.name === name);
    if (bug?.from === from && bug.to === to) kept.set(name, { bug, ...so });
  }
  return kept;
}

function lineOf({ bug, caught, seeds, cpuSeconds }: Hunted): Kept {
  const { name, from, to }: Bug = bug;
  return { name, from, to, caught, seeds, cpuSeconds };
}

function rowOf({ bug, caught, seeds, cpuSeconds }: Hunted): string {
  const by = caught === null ? 'NOT FOUND' : `${caught.where}: ${caught.what}`;
  return `${bug.name.padEnd(66)} ${String(seeds).padStart(4)} seeds ${cpuSeconds.toFixed(1).padStart(6)} s  ${by}`;
}
