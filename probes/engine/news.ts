import { findingOf, type ProbeFinding, type ProbeResult, resultOf } from '../../domain/probe-result.js';
import { sharedText } from '../../domain/text-pool.js';

/** Of a failure that VPP may explain; nothing was counted yet. Times are milliseconds of the monotonic clock. */
export interface Suspicion {
  /** By which it is settled. */
  readonly ticket: number;
  readonly begunAt: number;
  /** When the last probe of this backend had begun that its server answered, and the one before this. -Infinity = never. */
  readonly heardBegunAt: number;
  readonly previousBegunAt: number;
}

/** News of a backend, which is known by a number. */
export interface NumberedNews {
  readonly number: number;
  readonly round: number;
  readonly result: ProbeResult;
  /** As it is after the result, by its number; of a suspect, as it was before. */
  readonly standing: number;
  readonly suspicion: Suspicion | null;
}

/** Does a result say what was told before? null = nothing was. */
export function sameNews(told: ProbeFinding | null, result: ProbeResult): boolean {
  return told !== null && told.code === result.code && told.detail === result.detail;
}

/** News that differ in their numbers only: what they have in common travels once. */
export interface PackedNews {
  readonly finding: ProbeFinding;
  /** COLUMNS numbers for each of them. */
  readonly numbers: readonly number[];
}

const COLUMNS = 8;

/** A list of numbers crosses to another thread at a tenth of the cost of as many objects. */
export function packNews(news: readonly NumberedNews[]): PackedNews[] {
  const packed: PackedNews[] = [];
  const alike = new Map<string, number[]>();
  const seen = new Set<number>();
  for (const { number, round, result, standing, suspicion } of news) {
    // What there is of one backend keeps its order.
    if (seen.has(number)) {
      alike.clear();
      seen.clear();
    }
    seen.add(number);
    const key = `${result.code} ${result.detail}`;
    let numbers = alike.get(key);
    if (numbers === undefined) {
      numbers = [];
      alike.set(key, numbers);
      packed.push({ finding: findingOf(result), numbers });
    }
    const { ticket, begunAt, heardBegunAt, previousBegunAt } = suspicion ?? innocent;
    numbers.push(number, round, result.durationMs, standing, ticket);
    numbers.push(begunAt, heardBegunAt, previousBegunAt);
  }
  return packed;
}

const innocent: Suspicion = { ticket: 0, begunAt: 0, heardBegunAt: 0, previousBegunAt: 0 };

/** What there is of one backend is in the order in which it was packed. */
export function unpackNews(packed: readonly PackedNews[]): NumberedNews[] {
  const news: NumberedNews[] = [];
  for (const { finding: copy, numbers } of packed) {
    const finding = { ...copy, detail: sharedText(copy.detail) };
    for (let at = 0; at + COLUMNS <= numbers.length; at += COLUMNS) {
      const [number = 0, round = 0, durationMs = 0, standing = 0, ticket = 0, ...times] = numbers.slice(
        at,
        at + COLUMNS,
      );
      const [begunAt = 0, heardBegunAt = 0, previousBegunAt = 0] = times;
      const suspicion = ticket === 0 ? null : { ticket, begunAt, heardBegunAt, previousBegunAt };
      news.push({ number, round, result: resultOf(finding, durationMs), standing, suspicion });
    }
  }
  return news;
}
