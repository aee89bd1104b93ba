import { expect } from 'chai';
import { formatIssue } from '../../config/report.js';
import type { ConfigVerdict, MaglevConfig } from '../../domain/config.js';
import { bothVerdicts } from '../support/both-checkers.js';

/** Two lines that every valid file needs; what a spec writes below them begins on line 3. */
export const preamble = [
  'maglev:',
  '  vpp: { lb: { ipv4-src-address: 192.0.2.1, ipv6-src-address: "2001:db8::1" } }',
];

export function below(...lines: readonly string[]): string {
  return [...preamble, ...lines, ''].join('\n');
}

/** The errors of a text, as they are printed, with the stage in front. */
export function errorsOf(text: string): readonly string[] {
  const verdict = bothVerdicts(text, 'f');
  return verdict.ok ? ['valid'] : [verdict.stage, ...verdict.issues.map(formatIssue)];
}

export function warningsOf(text: string): readonly string[] {
  return bothVerdicts(text, 'f').warnings.map(formatIssue);
}

/** The config of a text that must be valid. */
export function configOf(text: string): MaglevConfig {
  return configOfVerdict(bothVerdicts(text, 'f'));
}

export function configOfVerdict(verdict: ConfigVerdict): MaglevConfig {
  if (verdict.ok) return verdict.config;
  expect.fail(`the config was refused:\n${verdict.issues.map(formatIssue).join('\n')}`);
}
