import { runPrinting } from '../program/output.js';
import { type Cost, measureCosts, type Program, programs } from './probes/checker-cost.js';
import { haproxyVersion, isAlone, type Kind, kinds } from './probes/checkers.js';
import { TargetFarm } from './probes/target-farm.js';

/**
 * What health checks cost, beside HAProxy that checks the same servers at the same time. Everything is measured in this run, on
 * this machine, in about ten minutes; what is named as arguments (kinds of probes, as https-resumed; `1000`: fleets of that
 * size) alone in less.
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
  'tcp-full': { probesPerSecond: 1000, sizes: [1000, 4000] },
  http: { probesPerSecond: 1000, sizes: [1000, 4000] },
  'http-kept': { probesPerSecond: 1000, sizes: [1000, 4000] },
  https: { probesPerSecond: 250, sizes: [1000, 3000] },
  'https-kept': { probesPerSecond: 250, sizes: [1000, 3000] },
  'https-resumed': { probesPerSecond: 250, sizes: [1000, 3000] },
};

interface Measured {
  readonly backends: number;
  readonly costs: ReadonlyMap<Program, Cost>;
}

async function measureKind(farm: TargetFarm, kind: Kind, who: readonly Program[]): Promise<Measured[]> {
  const { probesPerSecond, sizes } = fleets[kind];
  const runs: Measured[] = [];
  for (const backends of sizes.filter(isWantedSize)) {
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
    const us = ({ cpuUs, probesPerSecond, resumed }: Cost) => {
      const part = kind === 'https-resumed' ? `, ${(resumed * 100).toFixed(0)} % resumed` : '';
      return `${cpuUs.toFixed(0)} us of CPU a probe (${probesPerSecond.toFixed(0)}/s${part})`;
    };
    const beside =
      theirs === undefined ? '' : `; HAProxy ${us(theirs)}; ratio ${(ours.cpuUs / theirs.cpuUs).toFixed(2)}`;
    console.log(`  ${kind.padEnd(13)} ${backends} backends: maglevd ${us(ours)}${beside}`);
  }
  const ours = kbPerBackend(runs, 'maglevd');
  const theirs = kbPerBackend(runs, 'haproxy');
  if (ours === null) return;
  const beside =
    theirs === null ? '' : `; HAProxy ${theirs.toFixed(1)} KB; ratio ${(ours / theirs).toFixed(1)}`;
  console.log(`                memory: maglevd ${ours.toFixed(1)} KB a backend${beside}`);
}

/** By how much a larger fleet takes more memory, for each backend that it has more. */
function kbPerBackend([small, large]: readonly Measured[], program: Program): number | null {
  const before = small?.costs.get(program);
  const after = large?.costs.get(program);
  if (small === undefined || large === undefined || before === undefined || after === undefined) return null;
  return (after.rssKb - before.rssKb) / (large.backends - small.backends);
}

const wanted = process.argv.slice(2);

function isWanted(kind: Kind): boolean {
  const named = kinds.filter((known) => wanted.includes(known));
  return named.length === 0 || named.includes(kind);
}

function isWantedSize(backends: number): boolean {
  const named = wanted.filter((word) => /^\d+$/.test(word));
  return named.length === 0 || named.includes(String(backends));
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
        'https: whole handshakes, HAProxy with no-ssl-reuse; nobody verifies the certificate. HAProxy has no checks',
      );
      console.log(
        'by ICMP or over connections that are kept. Its TCP check resets a connection before it is complete, as our tcp,',
      );
      console.log(
        'but not tcp-full. Where no connection comes for each probe their number is what the intervals ask for.',
      );
    }
    for (const kind of kinds.filter(isWanted)) {
      const alone = version === null || isAlone(kind);
      reportKind(kind, await measureKind(farm, kind, alone ? ['maglevd'] : programs));
    }
    return 0;
  } finally {
    farm.end();
  }
});
