import { nameText } from '../domain/name.js';
import type { OverrideInfo } from '../rpc/generated/maglev.js';
import { type Command, success } from './command.js';
import { type Line, label, plain } from './text.js';
import { momentWithAge } from './time-text.js';

/** What operators asked for. */
export const overrideCommands: readonly Command[] = [
  {
    usage: 'show overrides',
    json: 'ListOverridesResponse',
    help: 'what operators asked for and that differs from the config: since when, by whom, and what it changes',
    run: async ({ client, clock }) => {
      const response = await (await client()).listOverrides();
      return success(overridesText(response.overrides, clock.now()), response);
    },
  },
];

function overridesText(overrides: readonly OverrideInfo[], nowMs: number): Line[] {
  if (overrides.length === 0) return [[plain('none: everything is as the config says')]];
  return overrides.flatMap((one) => overrideText(one, nowMs));
}

/** Three lines: what it is and what the config says; since when and by whom; where and what is otherwise by it. */
function overrideText(one: OverrideInfo, nowMs: number): Line[] {
  const { asked, configSays, atNs, peer, dormantSinceNs, frontends, effect } = one;
  const place =
    one.pool === undefined ? '' : ` in pool ${nameText(one.pool)} of ${nameText(one.frontend ?? '')}`;
  const since = atNs === undefined ? 'an unknown time' : momentWithAge(atNs, nowMs);
  const by = peer === undefined ? '' : `, by ${peer}`;
  const where = frontends.length === 0 ? 'no frontend' : frontends.map(nameText).join(', ');
  const force =
    dormantSinceNs === undefined
      ? `in ${where}: ${effect}`
      : `dormant since ${momentWithAge(dormantSinceNs, nowMs)}: the config lacks the name`;
  return [
    [label(nameText(one.backend)), plain(`${place}: ${asked}; the config says ${configSays}`)],
    [plain(`  since ${since}${by}`)],
    [plain(`  ${force}`)],
  ];
}
