import { openLb } from '../binapi/lb/open-lb.js';
import { loadConfigFile } from '../config/load.js';
import { checkReport } from '../config/report.js';
import type { MaglevConfig } from '../domain/config.js';
import { decideFrontend } from '../domain/deciding.js';
import { lbConfOf } from '../domain/desired.js';
import { asMaglevError } from '../domain/errors.js';
import { stakesOf } from '../domain/flows-at-stake.js';
import type { LbState, VipFlows } from '../domain/lb.js';
import { sameConf } from '../domain/plan.js';
import { compareTables } from '../domain/table-change.js';
import { predictTable } from '../domain/table-prediction.js';
import { planWork, prefixWorks, type TablePair } from '../domain/whole-plan.js';
import type { Clock } from '../protocol/clock.js';
import type { Moved, PlanReport } from '../protocol/plan.js';
import { planLines } from '../rpc/plan-lines.js';
import { planMessage } from '../rpc/plan-message.js';

/** What is printed, and the exit code of maglevd. */
export interface OfflinePlan {
  readonly lines: readonly string[];
  readonly exitCode: number;
}

const assumption =
  'for a maglevd that begins with this file alone: no operator has said anything, and VPP keeps what it has of whoever is probed';

/**
 * What a maglevd that begins with this config would send to VPP: VPP is read once, and sent nothing. It needs no right to
 * VPP, so that it may be asked beside a maglevd that governs it. Exit codes as for --check; 1 also when VPP cannot be read.
 */
export async function planOffline(file: string, socketPath: string, clock: Clock): Promise<OfflinePlan> {
  const verdict = await loadConfigFile(file);
  if (!verdict.ok) return checkReport(verdict);
  try {
    const trace = { enabled: () => false, message: () => undefined };
    const vpp = await openLb({ socketPath, clientName: 'vpp-maglev-plan', clock, trace });
    try {
      const [state, flows] = await Promise.all([vpp.getLbState(), vpp.getLbFlows().catch(() => null)]);
      const plan = planMessage(planFromScratch(verdict.config, state, flows));
      const lines = planLines(plan).map(({ head, text }) => `${head}${text}`);
      return { lines: [...lines, assumption], exitCode: 0 };
    } finally {
      await vpp.close();
    }
  } catch (thrown) {
    const { code, message, advice } = asMaglevError(thrown);
    return { lines: [`${message}. ${advice} [${code}]`], exitCode: 1 };
  }
}

function planFromScratch(
  config: MaglevConfig,
  state: LbState,
  flows: readonly VipFlows[] | null,
): PlanReport {
  const circumstances = {
    effective: { config, paused: new Set<string>() },
    heard: new Map(),
    holdAll: true,
  };
  const wanted = [...config.frontends.values()].map((one) => decideFrontend(one, circumstances).vip);
  const after = lbConfOf(config.lb);
  const works = prefixWorks(wanted, state).map((work) => planWork(work, after, new Map()));
  const plans = works.flatMap((work) => work.vips);
  const stakes = stakesOf(plans, flows, { before: state.conf, after });
  return {
    conf: sameConf(state.conf, after) ? null : { before: state.conf, after },
    vips: plans.map((vip, i) => {
      const moved = vip.tables === null ? null : movedBy(vip.tables);
      return { ...vip, moved, atStake: stakes.vips[i] ?? null };
    }),
    refused: works.flatMap(({ refused }) => refused),
    begunAnew: [],
    atStake: stakes.total,
    vppMs: plans.reduce((sum, { vppMs }) => sum + vppMs, 0),
  };
}

function movedBy({ before, after }: TablePair): Moved {
  const { lost: _, ...moved } = compareTables(
    predictTable(before.length, before.servers),
    predictTable(after.length, after.servers),
  );
  return moved;
}
