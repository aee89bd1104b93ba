import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { cliInband } from '../../binapi/generated/vlib.js';
import { runPrinting } from '../../program/output.js';
import { allCases } from './all-cases.js';
import type { LethalCase } from './case.js';
import { lethalCases } from './cases/lethal.js';
import { type ConformanceFlags, conformanceHelp, parseConformanceFlags } from './flags.js';
import { garbageIsGone, type LiveTarget, openLiveTarget, whyNotOn } from './live-target.js';
import { type CaseReport, caseText, totalsOf, totalsText } from './report.js';
import { runCase } from './run-case.js';
import { type Fate, runLethal } from './run-lethal.js';
import { openSimulatorTarget } from './simulator-target.js';

const BACK_WITHIN_MS = 60_000;

process.exitCode = await runPrinting('conformance', async () => {
  try {
    const flags = parseConformanceFlags(process.argv.slice(2));
    if (flags !== null) return await run(flags);
    process.stdout.write(conformanceHelp);
    return 0;
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    process.stderr.write(`conformance: ${message}\n`);
    return 2;
  }
});

async function run(flags: ConformanceFlags): Promise<number> {
  const reports = [...(await harmless(flags)), ...(flags.lethal ? await lethal(flags) : [])];
  const totals = totalsOf(reports);
  process.stdout.write(totalsText(totals));
  return totals.differing === 0 ? 0 : 1;
}

function wanted<Case extends { readonly name: string; readonly slow?: boolean }>(
  cases: readonly Case[],
  { only, slow }: ConformanceFlags,
): Case[] {
  return cases.filter((one) => one.name.includes(only) && (slow || one.slow !== true));
}

async function harmless(flags: ConformanceFlags): Promise<CaseReport[]> {
  const vpp = await connect(flags);
  const simulator = await openSimulatorTarget();
  const reports: CaseReport[] = [];
  try {
    const { reply } = await vpp.client.call(cliInband, { cmd: 'show version' });
    process.stdout.write(`the simulator and ${flags.api}, ${reply}`);
    for (const one of wanted(allCases, flags)) {
      const report = {
        name: one.name,
        simulator: await runCase(simulator, one),
        vpp: await runCase(vpp, one),
      };
      reports.push(report);
      process.stdout.write(caseText(report, flags.verbose));
    }
    return reports;
  } finally {
    // A VPP that died cannot be left politely, and the simulator would keep this process.
    await vpp.close().finally(() => simulator.close());
  }
}

async function lethal(flags: ConformanceFlags): Promise<CaseReport[]> {
  const reports: CaseReport[] = [];
  // Quicker than to wait until it has freed everything.
  if (flags.restart !== null) await startAgain(flags, false);
  for (const one of wanted(lethalCases, flags)) {
    const report = { name: one.name, simulator: await onSimulator(one), vpp: await onVpp(flags, one) };
    reports.push(report);
    process.stdout.write(caseText(report, flags.verbose));
  }
  return reports;
}

async function onSimulator(lethalCase: LethalCase): Promise<CaseReport['simulator']> {
  const target = await openSimulatorTarget();
  try {
    const { outcomes, fate } = await runLethal(target, lethalCase, target.client.closed, () => sleep(100));
    const { death } = target.simulator;
    const rule = death?.kind === 'crashed' ? death.crash.rule : null;
    const found = rule === lethalCase.rule ? fate : `dies of ${rule}`;
    return [...outcomes, { step: lastStep(lethalCase), expected: fateOf(lethalCase), found }];
  } finally {
    await target.close();
  }
}

async function onVpp(flags: ConformanceFlags, lethalCase: LethalCase): Promise<CaseReport['vpp']> {
  const target = await connect(flags);
  const { outcomes, fate } = await runLethal(target, lethalCase, target.client.closed, sleep);
  if (fate === 'survives') await target.close();
  await startAgain(flags, fate === 'survives');
  return [...outcomes, { step: lastStep(lethalCase), expected: fateOf(lethalCase), found: fate }];
}

function fateOf({ rule }: LethalCase): Fate {
  return rule === null ? 'survives' : 'dies';
}

function lastStep({ lethal: { op } }: LethalCase): string {
  return `then the last one: ${op}`;
}

async function connect(flags: ConformanceFlags): Promise<LiveTarget> {
  const target = await openLiveTarget(flags.api, flags.stats);
  const reason = await whyNotOn(target);
  if (reason !== null) {
    await target.close();
    throw new Error(reason);
  }
  await garbageIsGone(target, () => {
    process.stdout.write(
      'waiting until VPP has freed what was deleted before; up to two and a half minutes\n',
    );
  });
  return target;
}

/** Waits for a VPP without VIPs. One that survived is started again only by the command, if there is one. */
async function startAgain(flags: ConformanceFlags, survived: boolean): Promise<void> {
  if (flags.restart !== null) {
    const child = spawn(flags.restart, { shell: true, stdio: ['ignore', 'ignore', 'inherit'] });
    await once(child, 'exit');
  } else if (survived) {
    throw new Error('VPP survived, and is not what it was: start it again');
  }
  const deadline = performance.now() + BACK_WITHIN_MS;
  for (;;) {
    const target = await openLiveTarget(flags.api, flags.stats).catch(() => null);
    await target?.close();
    if (target !== null) return;
    if (performance.now() > deadline) throw new Error(`VPP did not come back at ${flags.api}`);
    await sleep(200);
  }
}
