import { configIssueText } from '../rpc/config-issue.js';
import type { CheckConfigResponse, ConfigIssue } from '../rpc/generated/maglev.js';
import type { Command, Failure, Outcome } from './command.js';
import { type Line, plain } from './text.js';

export const configCommands: readonly Command[] = [
  {
    usage: 'config check',
    help: "check maglevd's config file, without loading it",
    slow: true,
    run: async ({ client }) => verdictOutcome(await (await client()).checkConfig(), 'the config is valid'),
  },
  {
    usage: 'config reload',
    help: "check maglevd's config file, and load it if it is valid",
    slow: true,
    run: async ({ client }) =>
      verdictOutcome(await (await client()).reloadConfig(), 'the config is valid, and running now'),
  },
];

/** Every error, every warning, then one line that sums up; the same places and words as `maglevd --check`. */
function verdictOutcome(verdict: CheckConfigResponse, success: string): Outcome {
  const text: Line[] = [
    ...verdict.errors.map((issue) => [plain(configIssueText(issue))]),
    ...verdict.warnings.map((issue) => [plain(configIssueText(asWarning(issue)))]),
  ];
  if (verdict.ok) text.push([plain(success)]);
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
