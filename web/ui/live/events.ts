import type { TimelineAnswer } from '../../contract.js';
import { get, path, type Result, viewApi } from './api.js';
import { beginnings, eventsCame, siteOf } from './store.js';

/** Events that one request brings at most. */
const LIMIT = 2000;

/** The beginning of the stream at which the last events of a maglevd were asked for. */
const brought = new Map<string, number>();

/** Has the last events of a maglevd there; once for each time that the stream begins anew. */
export function bringEvents(maglevd: string): void {
  const beginning = beginnings();
  if (brought.get(maglevd) === beginning) return;
  brought.set(maglevd, beginning);
  void bringEventsBetween(maglevd, null, null).then((answer) => {
    if (!answer.ok) brought.delete(maglevd);
  });
}

/** Has the events between two times there, by the clock of the maglevd; null = without such an end. */
export async function bringEventsBetween(
  maglevd: string,
  from: number | null,
  to: number | null,
): Promise<Result<TimelineAnswer>> {
  const query: Record<string, string> = { limit: String(LIMIT) };
  if (from !== null) query['from'] = String(Math.floor(from));
  if (to !== null) query['to'] = String(Math.ceil(to));
  const answer = await get<TimelineAnswer>(path(`${viewApi}/timeline`, maglevd, query));
  if (answer.ok) {
    siteOf(maglevd)?.log.take(from, to, answer.value);
    eventsCame(maglevd);
  }
  return answer;
}
