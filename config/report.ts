import type { ConfigIssue, ConfigVerdict, MaglevConfig } from '../domain/config.js';
import { MaglevError } from '../domain/errors.js';
import { probeRates } from '../domain/probe-rate.js';
import { escapeUnprintable } from '../domain/text.js';

/** What `maglevd --check` prints, and what it exits with: 0 valid, 1 not read or not parsed, 2 semantically wrong. */
export interface CheckReport {
  readonly lines: readonly string[];
  readonly exitCode: 0 | 1 | 2;
}

/** Errors, then warnings, then how often servers are asked, then one line that sums up. */
export function checkReport(verdict: ConfigVerdict): CheckReport {
  const errors = verdict.ok
    ? []
    : verdict.issues.flatMap((issue) => [formatIssue(issue), ...excerptLines(issue)]);
  const warnings = verdict.warnings.map(formatWarning);
  const counts = [
    ...(verdict.ok ? [] : [count(verdict.issues.length, 'error')]),
    ...(warnings.length > 0 ? [count(warnings.length, 'warning')] : []),
  ].join(', ');
  if (!verdict.ok) {
    return { lines: [...errors, ...warnings, counts], exitCode: verdict.stage === 'semantic' ? 2 : 1 };
  }
  const summary = `valid: ${contents(verdict.config)}${counts === '' ? '' : `; ${counts}`}`;
  return { lines: [...warnings, ...probeLines(verdict.config), summary], exitCode: 0 };
}

/**
 * `file:line:col path: message`, on one line. Line 0 means the file as a whole, an empty path the text itself: what
 * they would say is left out.
 */
export function formatIssue({ place, path, message }: ConfigIssue): string {
  const where = place.line === 0 ? place.file : `${place.file}:${place.line}:${place.column}`;
  return escapeUnprintable(`${where}${path === '' ? '' : ` ${path}`}: ${message}`);
}

function excerptLines({ excerpt = [] }: ConfigIssue): string[] {
  return excerpt.map((line) => `    ${line}`);
}

/** As an error, with the word in front of the message, as compilers print it. */
export function formatWarning(issue: ConfigIssue): string {
  return formatIssue({ ...issue, message: `warning: ${issue.message}` });
}

function contents({ frontends, backends, healthchecks }: MaglevConfig): string {
  const parts = [count(frontends.size, 'frontend'), count(backends.size, 'backend')];
  return [...parts, count(healthchecks.size, 'health check')].join(', ');
}

const refusals = {
  read: 'MGL_CONFIG_READ',
  parse: 'MGL_CONFIG_PARSE',
  semantic: 'MGL_CONFIG_SEMANTIC',
} as const;

/** Why a file that is needed cannot be used. */
export function refusalOf(
  { stage }: Pick<Extract<ConfigVerdict, { ok: false }>, 'stage'>,
  text: string,
): MaglevError {
  return new MaglevError(refusals[stage], text);
}

/** How often each server will be asked. */
function probeLines({ backends, healthchecks }: MaglevConfig): string[] {
  const rates = probeRates(
    [...backends.values()].map(({ address, healthcheck }) => {
      return { address, pace: healthcheck === null ? null : (healthchecks.get(healthcheck) ?? null) };
    }),
  );
  if (rates.size === 0) return [];
  const all = [...rates.values()];
  const usual = all.map((rate) => rate.usual);
  const least = Math.min(...usual);
  const most = Math.max(...usual);
  const range = least === most ? rateText(most) : `${rateText(least)} to ${rateText(most)}`;
  const peak = Math.max(...all.map((rate) => rate.most));
  const peakText = peak > most ? `, up to ${rateText(peak)} while its state is in question` : '';
  return [`probes a second to each server from this maglevd: ${range}${peakText}`];
}

/** `0.5`, `12`, `0.017`: two digits that count, where there are decimals. */
function rateText(rate: number): string {
  return rate >= 10 ? String(Math.round(rate)) : String(Number(rate.toPrecision(2)));
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
