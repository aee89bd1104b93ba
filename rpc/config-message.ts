import type { ConfigIssue } from '../domain/config.js';
import type { ConfigChanges } from '../domain/config-changes.js';
import type { NotedIntent } from '../domain/intent-review.js';
import type { ConfigAnswer, WordsReviewed } from '../protocol/config.js';
import type {
  CheckConfigResponse,
  ConfigChanges as ConfigChangesMessage,
  ConfigIssue as ConfigIssueMessage,
  OperatorWord,
} from './generated/maglev.js';

/** CheckConfigResponse and ReloadConfigResponse have the same fields. */
export function verdictMessage(answer: ConfigAnswer): CheckConfigResponse {
  const warnings = answer.warnings.map(issueMessage);
  if (answer.ok) {
    const nothingWrong = { parseError: '', semanticError: '', stage: '', errors: [] };
    return { ok: true, ...nothingWrong, warnings, changes: changesMessage(answer.changes, answer.words) };
  }
  const { stage } = answer;
  const errors = answer.issues.map(issueMessage);
  const text = errors.map(configIssueText).join('\n');
  const [parseError, semanticError] = stage === 'semantic' ? ['', text] : [text, ''];
  return { ok: false, parseError, semanticError, stage, errors, warnings, changes: undefined };
}

export function issueMessage(issue: ConfigIssue): ConfigIssueMessage {
  const { place, path, message, excerpt = [] } = issue;
  return { ...place, path, message, excerpt: [...excerpt] };
}

function changesMessage(
  { changes, vips, begunAnew }: ConfigChanges,
  words: WordsReviewed | null,
): ConfigChangesMessage {
  return {
    changes: changes.map((change) => ({ ...change, values: [...change.values] })),
    vipsAdded: [...vips.added],
    vipsRemoved: [...vips.removed],
    vipsAnew: [...vips.anew],
    serversAdded: [...vips.serversAdded],
    serversRemoved: [...vips.serversRemoved],
    backendsAnew: [...begunAnew],
    wordsKnown: words !== null,
    wordsDropped: (words?.dropped ?? []).map(wordMessage),
    wordsDormant: (words?.fellDormant ?? []).map(wordMessage),
    wordsWoken: (words?.woke ?? []).map(wordMessage),
  };
}

function wordMessage(word: NotedIntent & { readonly why?: string }): OperatorWord {
  const { asked, backend, frontend, pool, why } = word;
  return { asked, backend, frontend, pool, why };
}

/** `file:line:col path: message`, without the parts that an issue does not have. */
export function configIssueText({ file, line, column, path, message }: ConfigIssueMessage): string {
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  return path === '' ? `${place}: ${message}` : `${place} ${path}: ${message}`;
}
