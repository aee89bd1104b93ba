import { parseArgs } from 'node:util';
import { runPrinting } from '../../program/output.js';
import { bugs } from './bug-list.js';
import { CopiedTree } from './copied-tree.js';
import { type Hunted, hunt, isThereAnyway } from './hunt.js';

const help = `npm run bugs -- [--only <text>] [--seeds <n>] [--jobs <n>]

Puts ${bugs.length} bugs into copies of maglevd, one at a time, and has the lab look for each: every state of small fleets with one
fault, and days of up to so many seeds (default 500). Prints who was found, by what, and after how many seeds.
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seeds: { type: 'string' },
    jobs: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
process.exitCode = await runPrinting('bugs', async () => {
  const { only = '' } = values;
  const [seeds, jobs] = [Number(values.seeds ?? 500), Number(values.jobs ?? 2)];
  const chosen = bugs.filter(({ name }) => name.includes(only));
  if (values.help === true || !(seeds >= 1) || !(jobs >= 1) || chosen.length === 0) {
    process.stdout.write(help);
    return values.help === true ? 0 : 2;
  }
  const left = [...chosen];
  const all: Hunted[] = [];
  const work = async () => {
    const tree = new CopiedTree();
    try {
      for (let bug = left.shift(); bug !== undefined; bug = left.shift()) {
        const hunted = await hunt(tree, bug, seeds);
        const anyway = await isThereAnyway(tree, hunted);
        const one = anyway ? { ...hunted, caught: null } : hunted;
        all.push(one);
        process.stdout.write(`${rowOf(one)}${anyway ? ' (broken without it, too)' : ''}\n`);
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

function rowOf({ bug, caught, seeds, cpuSeconds }: Hunted): string {
  const by = caught === null ? 'NOT FOUND' : `${caught.where}: ${caught.what}`;
  return `${bug.name.padEnd(66)} ${String(seeds).padStart(4)} seeds ${cpuSeconds.toFixed(1).padStart(6)} s  ${by}`;
}
