import type { MovedBuckets, PlannedVIP, PlanRequest, PlanResponse } from '../rpc/generated/maglev.js';
import type { Command } from './command.js';
import { parseWeight } from './commands-set.js';
import { success } from './outcome.js';
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
  planCommand('plan reload', 'the same of a reload of the config file', () => ({
    $case: 'reload',
    value: {},
  })),
  ...actions.map((action) =>
    planCommand(
      `plan set backend <name> ${action}`,
      `the same of \`set backend <name> ${action}\``,
      (slots) => ({
        $case: 'backend',
        value: { name: slots['name'] ?? '', action },
      }),
    ),
  ),
  planCommand(
    'plan set frontend <name> pool <pool> backend <backend> weight <0-100> [flush]',
    'the same of a change of a weight',
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

function planText({ vips, settings, refused, vppMs }: PlanResponse): Line[] {
  const left = refused.map((text): Line => [label('left as it is'), plain(`: ${text}`)]);
  if (vips.length === 0 && settings.length === 0) {
    return [[plain('nothing to do: VPP would get no write')], ...left];
  }
  const operations = vips.reduce((sum, vip) => sum + vip.operations.length, 0);
  const total = `${count(operations, 'operation')} on ${count(vips.length, 'VIP')}, about ${milliseconds(vppMs)} of VPP's main thread`;
  return [...settings.map((text): Line => [plain(text)]), ...vips.flatMap(vipText), ...left, [plain(total)]];
}

function vipText({ prefix, protocol, port, frontend, operations, anew, moved, vppMs }: PlannedVIP): Line[] {
  const whose = frontend === '' ? 'no frontend' : `frontend ${frontend}`;
  return [
    [label('vip'), plain(` ${prefix} protocol ${protocol} port ${port} (${whose})`)],
    ...(anew ? [[plain('  made anew: it drops everything in between, and the flows it has are cut')]] : []),
    ...operations.map(({ operation, reason }): Line => [plain(`  ${operation}: ${reason}`)]),
    [plain(`  ${moved === undefined ? 'no bucket moves' : movedText(moved)}; ${milliseconds(vppMs)}`)],
  ];
}

function movedText({ tableLength, moved, hadToMove, collateral, gained }: MovedBuckets): string {
  const percent = ((moved / tableLength) * 100).toFixed(1);
  const gains = gained === 0 ? '' : `, ${gained} that led nowhere lead to a server`;
  return `${moved} of ${tableLength} buckets move (${percent}%): ${hadToMove} had to, ${collateral} are collateral${gains}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
