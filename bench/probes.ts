import { runPrinting } from '../program/output.js';
import { type Cost, measureCosts, type Program, programs } from './probes/checker-cost.js';
import { haproxyVersion, type Kind, kinds } from './probes/checkers.js';
import { TargetFarm } from './probes/target-farm.js';

/**
 * What health checks cost, beside HAProxy that checks the same servers at the same time. Everything is measured in this run, on
 * this machine, in about three minutes; what is named as arguments (icmp, tcp, http, https) alone in less.
 */
const MEASURE_MS = 6000;

/** Two fleets that are probed at the same rate: what they differ in is the memory that backends take. */
interface Fleets {
  readonly probesPerSecond: number;
  readonly sizes: readonly [number, number];
}

/** Servers have to answer, too, on the same CPUs: TLS is asked for less often. */
const fleets: Record<Kind, Fleets> = {
  icmp: { probesPerSecond: 1000, sizes: [1000, 4000] },
  tcp: { probesPerSecond: 1000, sizes: [1000, 4000] },
  http: { probesPerSecond: 1000, sizes: [1000, 4000] },
  https: { probesPerSecond: 250, sizes: [1000, 3000] },
};

interface Measured {
  readonly backends: number;
  readonly costs: ReadonlyMap<Program, Cost>;
}

async function measureKind(farm: TargetFarm, kind: Kind, who: readonly Program[]): Promise<Measured[]> {
  const { probesPerSecond, sizes } = fleets[kind];
  const runs: Measured[] = [];
  for (const backends of sizes) {
    const load = { kind, backends, intervalMs: (backends * 1000) / probesPerSecond };
    runs.push({ backends, costs: await measureCosts(farm, load, who, MEASURE_MS) });
  }
  return runs;
}

function reportKind(kind: Kind, runs: readonly Measured[]): void {
  for (const { backends, costs } of runs) {
    const ours = costs.get('maglevd');
    const theirs = costs.get('haproxy');
    if (ours === undefined) continue;
    const us = (cost: Cost) =>
      `${cost.cpuUs.toFixed(0)} us of CPU a probe (${cost.probesPerSecond.toFixed(0)}/s)`;
    const beside =
      theirs === undefined ? '' : `; HAProxy ${us(theirs)}; ratio ${(ours.cpuUs / theirs.cpuUs).toFixed(2)}`;
    console.log(`  ${kind.padEnd(5)} ${backends} backends: maglevd ${us(ours)}${beside}`);
  }
  const ours = kbPerBackend(runs, 'maglevd');
  const theirs = kbPerBackend(runs, 'haproxy');
  if (ours === null) return;
  const beside =
    theirs === null ? '' : `; HAProxy ${theirs.toFixed(1)} KB; ratio ${(ours / theirs).toFixed(1)}`;
  console.log(`        memory: maglevd ${ours.toFixed(1)} KB a backend${beside}`);
}

/** By how much a larger fleet takes more memory, for each backend that it has more. */
function kbPerBackend([small, large]: readonly Measured[], program: Program): number | null {
  const before = small?.costs.get(program);
  const after = large?.costs.get(program);
  if (small === undefined || large === undefined || before === undefined || after === undefined) return null;
  return (after.rssKb - before.rssKb) / (large.backends - small.backends);
}

const wanted = process.argv.slice(2);

function isWanted(part: string): boolean {
  return wanted.length === 0 || wanted.includes(part);
}

const version = haproxyVersion();
const farm = await TargetFarm.start(programs.length);
process.exitCode = await runPrinting('bench:probes', async () => {
  try {
    if (version === null) {
      console.log(
        'HAProxy is not installed, so there is nothing to compare with (Debian: apt install haproxy).',
      );
    } else {
      console.log(
        `Cost beside ${version}, one thread, same servers, intervals and time, a connection for every check.`,
      );
      console.log(
        'TLS: whole handshakes, HAProxy with no-ssl-reuse; neither verifies the certificate. HAProxy has no ICMP',
      );
      console.log(
        'check. TCP checks reset a connection before it is complete; their number is what the intervals ask for.',
      );
    }
    for (const kind of kinds.filter(isWanted)) {
      const alone = version === null || kind === 'icmp';
      reportKind(kind, await measureKind(farm, kind, alone ? ['maglevd'] : programs));
    }
    return 0;
  } finally {
    farm.end();
  }
});
