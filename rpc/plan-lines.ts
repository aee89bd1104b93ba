import { nameText } from '../domain/name.js';
import { thousands } from '../domain/text.js';
import type { MovedBuckets, PlannedVIP, PlanResponse } from './generated/maglev.js';

/** A line of a plan; `head` is what it is about, '' = the line before it. */
export interface PlanLine {
  readonly head: string;
  readonly text: string;
}

/** A plan for people, as maglevc and maglevd print it. */
export function planLines(plan: PlanResponse): PlanLine[] {
  const { vips, settings, refused, begunAnew, flowsAtStake, vppMs } = plan;
  const left = refused.map((text) => ({ head: 'left as it is', text: `: ${text}` }));
  if (begunAnew.length > 0) {
    const names = begunAnew.map(nameText).join(', ');
    left.push({ head: 'begin anew and keep what VPP has until they are probed', text: `: ${names}` });
  }
  if (vips.length === 0 && settings.length === 0)
    return [under('nothing to do: VPP would get no write'), ...left];
  const operations = vips.reduce((sum, vip) => sum + vip.operations.length, 0);
  const stake = flowsAtStake ?? 0;
  const total = [
    `${count(operations, 'operation')} on ${count(vips.length, 'VIP')}`,
    `about ${milliseconds(vppMs)} of VPP's main thread`,
    ...(stake === 0 ? [] : [`${thousands(stake)} flows at stake`]),
  ];
  return [...settings.map(under), ...vips.flatMap(vipLines), ...left, under(total.join(', '))];
}

function vipLines(vip: PlannedVIP): PlanLine[] {
  const { prefix, protocol, port, frontend, operations, anew, servesNobody, moved, vppMs } = vip;
  const { flowsAtStake = 0 } = vip;
  const whose = frontend === '' ? 'no frontend' : `frontend ${nameText(frontend)}`;
  const moves = moved === undefined ? 'no bucket moves' : movedText(moved);
  const rest = [
    ...(anew ? ['made anew: it drops everything in between, and the flows it has are cut'] : []),
    ...operations.map(({ operation, reason }) => `${operation}: ${reason}`),
    `${moves}; ${milliseconds(vppMs)}`,
    ...(servesNobody ? ['nobody serves it then: no server has weight, and VPP drops its packets'] : []),
    ...(flowsAtStake === 0 ? [] : [`${thousands(flowsAtStake)} flows at stake: VPP cuts or forgets them`]),
  ];
  return [
    { head: 'vip', text: ` ${prefix} protocol ${protocol} port ${port} (${whose})` },
    ...rest.map((text) => under(`  ${text}`)),
  ];
}

function under(text: string): PlanLine {
  return { head: '', text };
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
