import { LatencyHistogram } from './latency-histogram.js';
import { availabilityOf, type Score } from './score.js';
import { countText, msText, percentText } from './screen/figures.js';
import { placeOf, type Vip } from './vip.js';

/** What a run has come to. */
export interface Verdict {
  readonly count: number;
  readonly failed: number;
  /** Percent of all probes; null: there was none. */
  readonly availability: number | null;
  /** Percent; null: nobody asked. */
  readonly slo: number | null;
  /** Names of the VIPs that have served fewer, or were not asked at all. */
  readonly below: readonly string[];
}

export function verdictOf(vips: readonly Vip[], scores: readonly Score[], slo: number | null): Verdict {
  const count = scores.reduce((sum, score) => sum + score.count, 0);
  const failed = scores.reduce((sum, score) => sum + score.failed, 0);
  const below = vips
    .filter((_, i) => slo !== null && (scores[i]?.availability ?? -1) < slo)
    .map(({ name }) => name);
  return { count, failed, availability: availabilityOf(count, failed), slo, below };
}

/** The figures of one VIP, as JSON has them. Latencies are in milliseconds. */
export function vipRecord(vip: Vip, score: Score, now: number): Record<string, unknown> {
  return {
    vip: vip.name,
    address: placeOf(vip),
    way: vip.way.kind,
    count: score.count,
    failed: score.failed,
    failures: score.failures,
    spikes: score.spikes,
    availability: score.availability,
    latency: rounded(score.window.percentiles()),
    answerers: score.answerers.list(now),
    otherAnswers: score.answerers.others,
  };
}

/** The same over the whole run, with its histogram. */
export function wholeRecord(vip: Vip, score: Score, now: number): Record<string, unknown> {
  return {
    ...vipRecord(vip, score, now),
    latency:
      score.all.count === 0 ? null : rounded({ mean: score.all.mean() ?? 0, ...score.all.percentiles() }),
    histogram: score.all.lines(),
  };
}

/** To microseconds: clocks know no more. */
function rounded(latency: object | null): Record<string, number> | null {
  if (latency === null) return null;
  return Object.fromEntries(
    Object.entries(latency).map(([name, ms]) => [name, Math.round(Number(ms) * 1000) / 1000]),
  );
}

/** What stands at the end of a run, for people. */
export function summaryLines(
  vips: readonly Vip[],
  scores: readonly Score[],
  {
    verdict,
    elapsedMs,
    now,
  }: { readonly verdict: Verdict; readonly elapsedMs: number; readonly now: number },
): string[] {
  const { count, failed, availability, slo, below } = verdict;
  const seconds = (elapsedMs / 1000).toFixed(1);
  const head = ['VIP', 'way', 'N', 'FAIL', 'OK %', 'p50', 'p95', 'p99', 'max', 'who answered'];
  const rows = vips.map((vip, i) => rowOf(vip, scores[i], now));
  const lines = [
    `${seconds} s, ${count} probes, ${failed} failed, ${percentText(availability)} % served`,
    '',
    ...table([head, ...rows]),
    ...histogramLines(scores),
  ];
  if (slo !== null) {
    const word =
      below.length === 0 ? `every VIP served ${slo} % or more` : `below ${slo} %: ${below.join(', ')}`;
    lines.push('', word);
  }
  return lines;
}

function rowOf(vip: Vip, score: Score | undefined, now: number): string[] {
  if (score === undefined) return [vip.name];
  const at = (share: number) => msText(score.all.percentile(share));
  const who = score.answerers.list(now).map(({ name, count }) => `${name}:${countText(count)}`);
  return [
    vip.name,
    vip.way.kind,
    String(score.count),
    String(score.failed),
    percentText(score.availability),
    at(0.5),
    at(0.95),
    at(0.99),
    at(1),
    who.join(' '),
  ];
}

/** The first two columns and the last one begin below each other, the others end below each other. */
function table(rows: readonly (readonly string[])[]): string[] {
  const last = Math.max(...rows.map(({ length }) => length)) - 1;
  const widths = Array.from({ length: last }, (_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? '').length)),
  );
  return rows.map((row) => {
    const cells = row.map((cell, i) => {
      if (i === last) return cell;
      return i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
    });
    return cells.join('  ').trimEnd();
  });
}

const BAR = 40;

function histogramLines(scores: readonly Score[]): string[] {
  const all = new LatencyHistogram();
  for (const score of scores) all.addAll(score.all);
  const lines = all.lines();
  if (lines.length === 0) return [];
  const most = Math.max(...lines.map(({ count }) => count));
  const bounds = lines.map(({ from, to }) => `${from} - ${to} ms`);
  const width = Math.max(...bounds.map(({ length }) => length));
  return [
    '',
    'how long answers took',
    ...lines.map(({ count }, i) => {
      const bar = '#'.repeat(count === 0 ? 0 : Math.max(1, Math.round((count * BAR) / most)));
      const share = ((count * 100) / all.count).toFixed(1).padStart(5);
      return `${(bounds[i] ?? '').padStart(width)}  ${bar.padEnd(BAR)} ${share} %  ${count}`;
    }),
  ];
}
