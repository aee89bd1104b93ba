import type { HistoryAnswer } from '../../contract.js';
import { ticks } from '../clock.js';
import { rowKey } from '../model/rows.js';
import { get, path, viewApi } from './api.js';

/** An answer is good for so long, whoever asks, ms: the points of a history lie further apart. */
const GOOD_MS = 4000;

interface Kept {
  readonly at: number;
  readonly answer: Promise<HistoryAnswer | null>;
}

const kept = new Map<string, Kept>();

/** The last 15 minutes of a frontend's servers; null: they cannot be had now. */
export function historyOf(maglevd: string, frontend: string): Promise<HistoryAnswer | null> {
  const key = rowKey(maglevd, frontend);
  const known = kept.get(key);
  const now = ticks();
  if (known !== undefined && now - known.at < GOOD_MS) return known.answer;
  // Those that nobody asks for any more need not be kept.
  for (const [old, { at }] of kept) if (now - at >= GOOD_MS) kept.delete(old);
  const asked = get<HistoryAnswer>(path(`${viewApi}/history`, maglevd, { frontend }));
  const answer = asked.then((result) => (result.ok ? result.value : null));
  kept.set(key, { at: now, answer });
  return answer;
}
