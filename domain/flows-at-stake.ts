import { type LbConf, type VipFlows, type VipKey, vipId } from './lb.js';
import type { VipPlan } from './whole-plan.js';

/** Flows as VPP counts them: expired ones included. */
export interface Stakes {
  /** One for each VIP of the plan; null = VPP does not tell. */
  readonly vips: readonly (number | null)[];
  /** Of them all, and of those that a change of the settings has VPP forget. */
  readonly total: number | null;
}

/** The flows that a plan would cut, or have VPP forget. `flows` is what VPP knows; null = it does not tell. */
export function stakesOf(
  vips: readonly VipPlan[],
  flows: readonly VipFlows[] | null,
  conf: { readonly before: LbConf; readonly after: LbConf },
): Stakes {
  if (flows === null) return { vips: vips.map(() => null), total: null };
  const known = new Map(flows.map((one) => [vipId(one.key), one]));
  const each = vips.map((vip) => flowsAtStake(vip, known.get(vipId(vip.key))));
  // A table of known flows of another size begins empty.
  const forgotten = conf.before.stickyBucketsPerCore !== conf.after.stickyBucketsPerCore;
  const all = flows.map(({ servers }) => sum(servers.map((one) => one.flows)));
  return { vips: each, total: sum(forgotten ? all : each) };
}

/** Flows of servers that only lose their weight, or are removed without being cut, live on. */
function flowsAtStake({ operations, anew }: VipPlan, flows: VipFlows | undefined): number {
  const all = anew || operations.some(({ op }) => op === 'vip-del');
  const cut = new Set(
    operations.flatMap((one) =>
      (one.op === 'as-del' || one.op === 'as-weight') && one.flush ? [one.address] : [],
    ),
  );
  const servers = flows?.servers.filter(({ address }) => all || cut.has(address)) ?? [];
  return sum(servers.map((one) => one.flows));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Those of one frontend, null: of all, each with the name of the frontend; '' = no frontend wants it. */
export function flowsOf<F extends { readonly key: VipKey }>(
  only: string | null,
  flows: readonly F[],
  frontends: readonly { readonly frontend: string; readonly desired: { readonly key: VipKey } }[],
): (F & { readonly frontend: string })[] {
  const names = new Map(frontends.map(({ frontend, desired }) => [vipId(desired.key), frontend]));
  const all = flows.map((vip) => ({ ...vip, frontend: names.get(vipId(vip.key)) ?? '' }));
  return only === null ? all : all.filter(({ frontend }) => frontend === only);
}
