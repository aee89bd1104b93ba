import type { DayResult } from './day.js';

/** What many days have come to. */
export interface DaysTally {
  days: number;
  failed: number;
  simulatedMs: number;
  cpuMs: number;
  messages: number;
  probes: number;
  readonly faults: Record<string, number>;
  readonly checks: Record<string, number>;
}

export function emptyTally(): DaysTally {
  return { days: 0, failed: 0, simulatedMs: 0, cpuMs: 0, messages: 0, probes: 0, faults: {}, checks: {} };
}

export function addDay(tally: DaysTally, day: DayResult, cpuMs: number): void {
  tally.days++;
  if (day.violations.length > 0) tally.failed++;
  tally.simulatedMs += day.simulatedMs;
  tally.cpuMs += cpuMs;
  tally.messages += day.messages;
  tally.probes += day.probes;
  for (const [kind, count] of day.faults) tally.faults[kind] = (tally.faults[kind] ?? 0) + count;
  for (const [name, count] of day.checks) tally.checks[name] = (tally.checks[name] ?? 0) + count;
}

export function addTally(tally: DaysTally, other: DaysTally): void {
  tally.days += other.days;
  tally.failed += other.failed;
  tally.simulatedMs += other.simulatedMs;
  tally.cpuMs += other.cpuMs;
  tally.messages += other.messages;
  tally.probes += other.probes;
  for (const [kind, count] of Object.entries(other.faults))
    tally.faults[kind] = (tally.faults[kind] ?? 0) + count;
  for (const [name, count] of Object.entries(other.checks))
    tally.checks[name] = (tally.checks[name] ?? 0) + count;
}

/** For people. */
export function tallyText(tally: DaysTally): string {
  const { days, failed, simulatedMs, cpuMs, messages, probes } = tally;
  const hours = (simulatedMs / 3_600_000).toFixed(1);
  const perHour = cpuMs === 0 ? 0 : Math.round((days * 3_600_000) / cpuMs);
  const rows = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `  ${String(count).padStart(12)} ${name}`);
  return [
    `${days} days, ${failed} of them broken; ${hours} simulated hours in ${(cpuMs / 1000).toFixed(1)} s of CPU (${perHour} days per CPU hour)`,
    `${messages} messages, ${probes} probes`,
    'faults:',
    ...rows(tally.faults),
    'looks at each invariant:',
    ...rows(tally.checks),
  ].join('\n');
}
