import { openLb } from '../binapi/lb/open-lb.js';
import { loadConfigFile } from '../config/load.js';
import { checkReport } from '../config/report.js';
import type { MaglevConfig } from '../domain/config.js';
import { asMaglevError } from '../domain/errors.js';
import { foreseeAtOnce, type PlanReport } from '../domain/foresight.js';
import type { LbState, VipFlows } from '../domain/lb.js';
import type { Clock } from '../protocol/clock.js';
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
  const effective = { config, paused: new Set<string>() };
  const circumstances = { effective, heard: new Map(), holdAll: true };
  return foreseeAtOnce({ hypothesis: { kind: 'nothing' }, circumstances, before: [], state, flows });
}
