import { parse } from 'yaml';
import { checkConfigText } from '../../config/check.js';
import { editorSchema } from '../../config/editor-schema.js';
import { formatIssue } from '../../config/report.js';
import type { ConfigVerdict } from '../../domain/config.js';
import { readsAlike } from './agreeing-readers.js';
import { fits } from './schema-validator.js';

const schema = editorSchema();

/** What no schema can know: how a value was written, and what takes more than a pattern to see. */
const beyondSchemas = [
  'write it in plain decimal',
  'is too short: at least 1ms',
  'must be longer than 0',
  'is longer than the 292 years',
  'is too long',
  'ends below its start',
  'is no regular expression',
  'is no host name',
  'are host names',
  'write an IPv6 address in brackets',
  'has no IPv6 address in its brackets',
  'is not an IP address',
  'is no subject',
  'is no user id',
];

/** Longer texts take long to read twice, and say nothing that shorter ones do not. */
const longest = 10_000;

/** The verdict on a text. Throws when an editor with our schema would refuse what is taken, or our two readers differ. */
export function bothVerdicts(text: string, file = 'f'): ConfigVerdict {
  if (text.length <= longest) readsAlike(text.replace(/^\ufeff/, ''));
  const verdict = checkConfigText(text, file);
  const read = verdict.ok || verdict.stage === 'semantic' ? readAsEditorsDo(text) : null;
  if (read !== null && !fits(read.value, schema))
    throw new Error(`the schema refuses what maglevd takes:\n${text}`);
  return verdict;
}

/** What an editor with our schema finds nothing wrong with, though maglevd refuses it, and a schema could know. */
export function missedBySchema(text: string): readonly string[] {
  const verdict = checkConfigText(text, 'f');
  const read = readAsEditorsDo(text);
  if (verdict.ok || read === null || !fits(read.value, schema)) return [];
  const issues = verdict.issues.map(formatIssue);
  return issues.filter((issue) => !beyondSchemas.some((words) => issue.includes(words)));
}

/** null: it is no YAML, of which a schema says nothing. */
function readAsEditorsDo(text: string): { readonly value: unknown } | null {
  if (text.length > longest) return null;
  try {
    return { value: parse(text, { stringKeys: true, logLevel: 'silent' }) };
  } catch {
    return null;
  }
}
