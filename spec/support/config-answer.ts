import type { ConfigVerdict, MaglevConfig } from '../../domain/config.js';
import { configChanges } from '../../domain/config-changes.js';
import type { ConfigAnswer, WordsReviewed } from '../../protocol/config.js';

export const noWords: WordsReviewed = { dropped: [], fellDormant: [], woke: [] };

/** What the config-keeper answers while `running` runs. */
export function configAnswer(
  verdict: ConfigVerdict,
  running: MaglevConfig,
  words: WordsReviewed | null = noWords,
): ConfigAnswer {
  if (!verdict.ok) return verdict;
  return { ...verdict, changes: configChanges(running, verdict.config), words };
}

/** An answer without what it says of changes. */
export function verdictOf(answer: ConfigAnswer | Error): ConfigVerdict | Error {
  if (answer instanceof Error || !answer.ok) return answer;
  const { changes, words, ...verdict } = answer;
  return verdict;
}
