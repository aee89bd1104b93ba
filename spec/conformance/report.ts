import type { Outcome } from './case.js';

/** What one case gave on the simulator and on VPP. */
export interface CaseReport {
  readonly name: string;
  readonly simulator: readonly Outcome[];
  readonly vpp: readonly Outcome[];
}

export interface Totals {
  readonly cases: number;
  readonly steps: number;
  readonly differing: number;
  /** Steps that were not looked at. */
  readonly skipped: number;
}

interface ReportedStep {
  readonly step: string;
  readonly expected: string;
  readonly simulator: string | null;
  readonly vpp: string | null;
}

/** One line for a case, and the steps that differ, or all of them. */
export function caseText(report: CaseReport, verbose: boolean): string {
  const steps = stepsOf(report);
  const different = steps.filter(differs);
  const line = `${different.length === 0 ? 'ok  ' : 'DIFF'}  ${report.name} (${steps.length} steps)\n`;
  return line + (verbose ? steps : different).map(stepText).join('');
}

export function totalsOf(reports: readonly CaseReport[]): Totals {
  const steps = reports.flatMap(stepsOf);
  return {
    cases: reports.length,
    steps: steps.length,
    differing: steps.filter(differs).length,
    skipped: steps.filter(({ vpp }) => vpp === null).length,
  };
}

export function totalsText({ cases, steps, differing, skipped }: Totals): string {
  const unseen = skipped === 0 ? '' : `; ${skipped} not looked at, for want of --stats`;
  return `${cases} cases, ${steps} steps: ${differing === 0 ? 'no difference' : `${differing} differ`}${unseen}\n`;
}

function stepsOf({ simulator, vpp }: CaseReport): ReportedStep[] {
  return simulator.map(({ step, expected, found }, i) => ({
    step,
    expected,
    simulator: found,
    vpp: vpp[i]?.found ?? null,
  }));
}

function differs({ expected, simulator, vpp }: ReportedStep): boolean {
  return simulator !== expected || (vpp !== null && vpp !== expected);
}

function stepText({ step, expected, simulator, vpp }: ReportedStep): string {
  return [
    `      step       ${step}\n`,
    `      expected   ${indented(expected)}\n`,
    `      simulator  ${indented(simulator ?? 'not looked at')}\n`,
    `      VPP        ${indented(vpp ?? 'not looked at')}\n`,
  ].join('');
}

function indented(text: string): string {
  return text.trimEnd().replaceAll('\n', '\n                 ');
}
