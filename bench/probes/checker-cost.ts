import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Checker, type Load, startHaproxy, startMaglevd } from './checkers.js';
import { echoesAnswered, processUsage } from './process-usage.js';
import type { TargetFarm } from './target-farm.js';

export const programs = ['maglevd', 'haproxy'] as const;
export type Program = (typeof programs)[number];

export interface Cost {
  /** CPU time of the whole program for one probe, in microseconds. */
  readonly cpuUs: number;
  readonly probesPerSecond: number;
  /** Of all handshakes of TLS meanwhile, the part that resumed a session. */
  readonly resumed: number;
  readonly rssKb: number;
}

/**
 * Until intervals have spread, what is compiled at run time is compiled, and what the start has left over is collected: V8 does that
 * for once, on two cores, some 7 to 18 s after all servers are up. It would be a third to half of all that is measured.
 */
const SETTLE_MS = 20_000;

/**
 * Runs the programs side by side under that load, each with an entrance of the farm to itself, and looks at the same
 * `forMs` for all of them: what else the machine does hits them alike.
 */
export async function measureCosts(
  farm: TargetFarm,
  load: Load,
  who: readonly Program[],
  forMs: number,
): Promise<ReadonlyMap<Program, Cost>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'maglev-bench-'));
  const running: Checker[] = [];
  try {
    const watched = new Map<Program, Observed>();
    for (const program of who) {
      const entrance = programs.indexOf(program);
      const ports = farm.entrances[entrance];
      if (ports === undefined) throw new Error('the farm has too few entrances');
      const start = program === 'maglevd' ? startMaglevd : startHaproxy;
      const checker = await start(folder, ports, load);
      running.push(checker);
      watched.set(program, { pid: checker.pid, counts: counterOf(farm, entrance, load) });
    }
    await pause(settleMs(load));
    const before = await lookAll(watched);
    await pause(forMs);
    const after = await lookAll(watched);
    return new Map(who.map((program) => [program, costBetween(program, before, after)]));
  } finally {
    await Promise.all(running.map((checker) => checker.end()));
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Observed {
  readonly pid: number;
  readonly counts: () => Promise<Counts> | Counts;
}

/** So far. */
interface Counts {
  /** That were answered. */
  readonly probes: number;
  /** Handshakes of TLS that resumed a session. */
  readonly resumed: number;
}

interface Look extends Counts {
  readonly at: number;
  readonly cpuMs: number;
  readonly rssKb: number;
}

async function lookAll(watched: ReadonlyMap<Program, Observed>): Promise<ReadonlyMap<Program, Look>> {
  const looks = new Map<Program, Look>();
  for (const [program, { pid, counts }] of watched) {
    looks.set(program, { ...(await counts()), at: performance.now(), ...processUsage(pid) });
  }
  return looks;
}

function costBetween(
  program: Program,
  before: ReadonlyMap<Program, Look>,
  after: ReadonlyMap<Program, Look>,
): Cost {
  const from = before.get(program);
  const to = after.get(program);
  const probes = (to?.probes ?? 0) - (from?.probes ?? 0);
  if (from === undefined || to === undefined || probes <= 0) throw new Error(`${program} checks nobody`);
  return {
    cpuUs: ((to.cpuMs - from.cpuMs) * 1000) / probes,
    probesPerSecond: (probes * 1000) / (to.at - from.at),
    resumed: (to.resumed - from.resumed) / probes,
    rssKb: to.rssKb,
  };
}

function counterOf(
  farm: TargetFarm,
  entrance: number,
  { kind, backends, intervalMs }: Load,
): Observed['counts'] {
  if (kind === 'icmp') return () => ({ probes: echoesAnswered(), resumed: 0 });
  // No server hears of a connection that is reset before it is complete, and none comes for a request over one that is kept.
  const isHeard = !kind.startsWith('tcp') && !kind.endsWith('-kept');
  return isHeard
    ? () => farm.count(entrance)
    : () => ({ probes: (performance.now() * backends) / intervalMs, resumed: 0 });
}

/** What can be resumed or used again must be there first: each server is asked once by everybody. */
function settleMs({ kind, intervalMs }: Load): number {
  const first = kind === 'https-resumed' || kind.endsWith('-kept') ? intervalMs : 0;
  return SETTLE_MS + first;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
