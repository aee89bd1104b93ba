import type { FrontendStanding, Standings, VppCondition } from '../domain/standings.js';
import type { FailedStep } from '../domain/syncs.js';
import type { VPPCondition, VPPStanding } from './generated/maglev.js';
import { operationText } from './messages.js';
import { nanoseconds } from './nanoseconds.js';

/** Of more differences only so many are told, and how many there are. */
const TOLD = 10;

/** From the least to the most that somebody has to know. */
const grave = ['equal', 'unverified', 'pending', 'unread', 'unreachable', 'disabled', 'differs'];

export function conditionMessage(vpp: VppCondition): VPPCondition {
  const error = 'error' in vpp ? vpp.error : null;
  return {
    state: vpp.state,
    sinceNs: 'since' in vpp ? nanoseconds(vpp.since) : undefined,
    untilNs: vpp.state === 'paused' ? nanoseconds(vpp.until) : undefined,
    reason: error?.message ?? (vpp.state === 'disabled' ? 'maglevd runs without VPP' : ''),
    code: error?.code ?? '',
  };
}

/** How VPP stands to what was decided for one frontend; undefined: it came into the decision just now. */
export function standingMessage(vpp: VppCondition, standing: FrontendStanding | undefined): VPPStanding {
  if (vpp.state === 'disabled') return { state: 'disabled', differences: [] };
  if (vpp.state !== 'connected') {
    const { reason } = conditionMessage(vpp);
    return { state: 'unreachable', differences: [reason] };
  }
  if (standing === undefined) return { state: 'pending', differences: ['it is being carried out'] };
  const { verdict, failures, why } = standing;
  const differences = verdict === 'differs' ? capped(failures.map(failureText)) : why === '' ? [] : [why];
  return { state: verdict, differences };
}

/** The same over these frontends, and the plugin's settings. */
export function overallMessage(
  { vpp, conf }: Standings,
  frontends: readonly FrontendStanding[],
): VPPStanding {
  if (vpp.state !== 'connected') return standingMessage(vpp, undefined);
  const settings: VPPStanding[] =
    conf === null ? [] : [{ state: 'differs', differences: [`the settings of the config: ${conf.message}`] }];
  const each = frontends.map((one): VPPStanding => {
    const { state, differences } = standingMessage(vpp, one);
    return { state, differences: differences.map((text) => `${one.frontend}: ${text}`) };
  });
  const all = [...settings, ...each].sort((a, b) => gravity(b) - gravity(a));
  const differences = all.flatMap((one) => one.differences);
  return { state: all[0]?.state ?? 'equal', differences: capped(differences) };
}

function gravity({ state }: VPPStanding): number {
  return grave.indexOf(state);
}

function failureText({ operation, error }: FailedStep): string {
  return operation.op === 'vip-sync' ? error.message : `cannot ${operationText(operation)}: ${error.message}`;
}

function capped(texts: readonly string[]): string[] {
  const more = texts.length - TOLD;
  return more > 0 ? [...texts.slice(0, TOLD), `and ${more} more`] : [...texts];
}
