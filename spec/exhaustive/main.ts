import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { runPrinting } from '../../program/output.js';
import { fleets } from './fleet.js';
import { type Found, search } from './search.js';

const help = `npm run exhaustive -- [--fleet <name>] [--limit <states>] [--jobs <n>]

Looks at every state that small fleets can come to: two VIPs, three servers, and up to three faults at any moment, in every
order of what is under way. What plans, holds, knows and queues is the code that ships. Prints the number of states, and
the shortest story of what must never be. Fleets: ${fleets.map(({ name }) => name).join(', ')}.
`;

const now = () => performance.now() / 1000;

if (isMainThread) await main();
else {
  const { name, limit }: { readonly name: string; readonly limit: number } = workerData;
  const fleet = fleets.find((one) => one.name === name);
  if (fleet !== undefined) parentPort?.postMessage(search(fleet, limit, now));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      fleet: { type: 'string' },
      limit: { type: 'string' },
      jobs: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  process.exitCode = await runPrinting('exhaustive', async () => {
    const names = fleets
      .map(({ name }) => name)
      .filter((name) => values.fleet === undefined || name === values.fleet);
    const limit = Number(values.limit ?? 30_000_000);
    const jobs = Number(values.jobs ?? 2);
    if (values.help === true || names.length === 0 || !(limit > 0) || !(jobs > 0)) {
      process.stdout.write(help);
      return values.help === true ? 0 : 2;
    }
    return run(names, limit, jobs);
  });
}

async function run(names: readonly string[], limit: number, jobs: number): Promise<number> {
  const began = now();
  const left = [...names];
  const all: Found[] = [];
  const work = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const found = await searched(name, limit);
      all.push(found);
      tell(found);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  const [states, steps] = [
    all.reduce((sum, one) => sum + one.states, 0),
    all.reduce((sum, one) => sum + one.steps, 0),
  ];
  process.stdout.write(`${states} states, ${steps} steps in ${(now() - began).toFixed(0)} s\n`);
  return all.every(({ whole, story }) => whole && story === null) ? 0 : 1;
}

function searched(name: string, limit: number): Promise<Found> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { name, limit },
      resourceLimits: { maxOldGenerationSizeMb: 6000 },
    });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function tell({ fleet, states, steps, ends, seconds, whole, story }: Found): void {
  const covered = whole ? 'all of them' : 'not all of them';
  process.stdout.write(
    `${fleet}: ${states} states (${covered}), ${steps} steps, ${ends} ends, ${seconds.toFixed(0)} s\n`,
  );
  for (const line of story ?? []) process.stdout.write(`  ${line}\n`);
}
