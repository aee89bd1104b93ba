import path from 'node:path';
import type { PlanRequest, PlanResponse } from '../rpc/generated/maglev.js';
import { planLines } from '../rpc/plan-lines.js';
import { type Command, success } from './command.js';
import { parseWeight } from './commands-set.js';
import { type Line, label, plain } from './text.js';

const actions = ['pause', 'resume', 'enable', 'disable'] as const;

/** What would be done, without doing it: each is the command that would do it, behind `plan`. */
export const planCommands: readonly Command[] = [
  planCommand(
    'plan sync',
    'what a sync of everything would send to VPP, and which flows it would move',
    () => ({
      $case: 'sync',
      value: {},
    }),
  ),
  {
    usage: 'plan reload [<file>]',
    slots: { file: 'config-file' },
    json: 'PlanResponse',
    help: "the same for a reload of the config file, or of another file on maglevd's machine",
    slow: true,
    run: async ({ client }, { file }) => {
      const maglevd = await client();
      const response =
        file === undefined
          ? await maglevd.plan({ change: { $case: 'reload', value: {} } })
          : await maglevd.planConfigFile(path.resolve(file));
      return success(planText(response), response);
    },
  },
  ...actions.map((action) =>
    planCommand(
      `plan set backend <name> ${action}`,
      `the same for \`set backend <name> ${action}\``,
      (slots) => ({
        $case: 'backend',
        value: { name: slots['name'] ?? '', action },
      }),
    ),
  ),
  planCommand(
    'plan set frontend <name> pool <pool> backend <backend> weight <0-100> [flush]',
    'the same for a change of a weight',
    (slots) => ({
      $case: 'weight',
      value: {
        frontend: slots['name'] ?? '',
        pool: slots['pool'] ?? '',
        backend: slots['backend'] ?? '',
        weight: parseWeight(slots['0-100'] ?? ''),
        flush: slots['flush'] !== undefined,
      },
    }),
  ),
];

function planCommand(
  usage: string,
  help: string,
  changeOf: (slots: Readonly<Record<string, string>>) => PlanRequest['change'],
): Command {
  return {
    usage,
    help,
    slots: {
      name: usage.includes('frontend') ? 'frontend' : 'backend',
      backend: 'member',
      '0-100': 'weight',
    },
    json: 'PlanResponse',
    slow: true,
    run: async ({ client }, slots) => {
      const change = changeOf(slots);
      const response = await (await client()).plan({ change });
      return success(planText(response), response);
    },
  };
}

function planText(plan: PlanResponse): Line[] {
  return planLines(plan).map(({ head, text }) => (head === '' ? [plain(text)] : [label(head), plain(text)]));
}
