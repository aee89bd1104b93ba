import { configIssueText } from '../rpc/config-message.js';
import type { CheckConfigResponse, ConfigIssue } from '../rpc/generated/maglev.js';
import { changesText } from './changes-text.js';
import type { Command, Failure, Outcome } from './command.js';
import { type Line, label, plain } from './text.js';

export const configCommands: readonly Command[] = [
  {
    usage: 'show config',
    json: 'ConfigText',
    help: 'the config that maglevd runs with, every default written out, without secrets',
    run: async ({ client }) => {
      const response = await (await client()).getConfig();
      const lines = response.text.trimEnd().split('\n');
      return { text: lines.map(yamlLine), json: response, failure: null, verbatim: true };
    },
  },
  {
    usage: 'config check',
    json: 'CheckConfigResponse',
    help: "check maglevd's config file, and say what loading it would change",
    slow: true,
    run: async ({ client }) =>
      verdictOutcome(await (await client()).checkConfig(), { loaded: false, good: 'the config is valid' }),
  },
  {
    usage: 'config reload',
    json: 'ReloadConfigResponse',
    help: "check maglevd's config file, load it if it is valid, and say what that changed",
    slow: true,
    run: async ({ client }) =>
      verdictOutcome(await (await client()).reloadConfig(), {
        loaded: true,
        good: 'the config is valid, and running now',
      }),
  },
];

/** Keys in the colour of labels, so that values stand out. */
function yamlLine(text: string): Line {
  const [key = ''] = /^ *(?:- )?[^\s:#][^:#]*:(?= |$)/.exec(text) ?? [];
  return key === '' ? [plain(text)] : [label(key), plain(text.slice(key.length))];
}

/**
 * Every error, every warning, in the places and words of `maglevd --check`; then what changes, and one line that sums
 * up.
 */
function verdictOutcome(
  verdict: CheckConfigResponse,
  { loaded, good }: { readonly loaded: boolean; readonly good: string },
): Outcome {
  const text: Line[] = [
    ...verdict.errors.flatMap((issue) => [
      [plain(configIssueText(issue))],
      ...issue.excerpt.map((line) => [plain(`    ${line}`)]),
    ]),
    ...verdict.warnings.map((issue) => [plain(configIssueText(asWarning(issue)))]),
  ];
  // A maglevd that is older does not say.
  if (verdict.changes !== undefined) text.push(...changesText(verdict.changes, loaded));
  if (verdict.ok) text.push([plain(good)]);
  return { text, json: verdict, failure: verdict.ok ? null : failureOf(verdict) };
}

function asWarning(issue: ConfigIssue): ConfigIssue {
  return { ...issue, message: `warning: ${issue.message}` };
}

function failureOf({ stage, errors }: CheckConfigResponse): Failure {
  const count = errors.length === 1 ? 'an error' : `${errors.length} errors`;
  switch (stage) {
    case 'read':
      return {
        code: 'MGL_CONFIG_READ',
        message: 'the config cannot be read; the running config is unchanged',
      };
    case 'parse':
      return {
        code: 'MGL_CONFIG_PARSE',
        message: `the config has ${count}; the running config is unchanged`,
      };
    default:
      return {
        code: 'MGL_CONFIG_SEMANTIC',
        message: `the config has ${count}; the running config is unchanged`,
      };
  }
}
