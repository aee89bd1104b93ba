import type { CallOptions } from '../client/connect.js';
import type { ChangeOutcome, PlannedVIP, PlanResponse } from '../rpc/generated/maglev.js';
import { commandOf, planChange } from './action.js';
import type { ActAnswer, Action, PlanAnswer } from './contract.js';
import { vipText } from './rows.js';
import type { UpstreamApi } from './upstream-api.js';

/** A plan of everything reads the tables of VPP; a large config takes a while to check. */
const PLAN_MS = 60_000;
/** A sync of everything may write a lot. */
const SYNC_MS = 120_000;

/** What it would do. Rejects with an RpcError. */
export async function planAction(api: UpstreamApi, action: Action): Promise<PlanAnswer> {
  const plan: PlanResponse = await api.plan({ change: planChange(action) }, { timeoutMs: PLAN_MS });
  const only = action.do === 'sync' ? action.frontend : null;
  const vips = only === null ? plan.vips : plan.vips.filter(({ frontend }) => frontend === only);
  return {
    command: commandOf(action),
    vips: vips.map((vip) => ({
      frontend: vip.frontend,
      vip: vipText(vip),
      operations: vip.operations,
      anew: vip.anew,
      vppMs: vip.vppMs,
      moved: vip.moved ?? null,
      flowsAtStake: vip.flowsAtStake ?? null,
    })),
    // A sync of one frontend sets none, and concerns nothing else.
    settings: only === null ? plan.settings : [],
    refused: plan.refused,
    vppMs: only === null ? plan.vppMs : vips.reduce((sum, { vppMs }) => sum + vppMs, 0),
    begunAnew: plan.begunAnew,
    flowsAtStake: only === null ? (plan.flowsAtStake ?? null) : flowsAtStakeOf(vips),
    servingNobody: vips.filter(({ servesNobody }) => servesNobody).map(({ frontend }) => frontend),
  };
}

/** null: VPP does not tell those of one of them. */
function flowsAtStakeOf(vips: readonly PlannedVIP[]): number | null {
  return vips.reduce<number | null>(
    (sum, { flowsAtStake }) => (sum === null || flowsAtStake === undefined ? null : sum + flowsAtStake),
    0,
  );
}

/** Does it for a user. Rejects with an RpcError. */
export async function act(api: UpstreamApi, action: Action, user: string): Promise<ActAnswer> {
  const options: CallOptions = { onBehalfOf: user };
  switch (action.do) {
    case 'pause':
      return changed(await api.pauseBackend({ name: action.backend }, options));
    case 'resume':
      return changed(await api.resumeBackend({ name: action.backend }, options));
    case 'enable':
      return changed(await api.enableBackend({ name: action.backend }, options));
    case 'disable':
      return changed(await api.disableBackend({ name: action.backend }, options));
    case 'weight': {
      const { do: _, ...change } = action;
      return changed(await api.setFrontendPoolBackendWeight(change, options));
    }
    case 'sync':
      return synced(api, action.frontend, options);
    case 'reload':
      return reloaded(api, options);
  }
}

function changed({
  warning,
  outcome,
}: {
  readonly warning?: string | undefined;
  readonly outcome: ChangeOutcome | undefined;
}): ActAnswer {
  const pending = (outcome?.frontends ?? []).flatMap(({ frontend, reason }) =>
    reason === undefined ? [] : [`${frontend}: ${reason}`],
  );
  return { summary: outcome?.summary ?? '', warning: warning ?? null, pending };
}

async function synced(api: UpstreamApi, frontend: string | null, options: CallOptions): Promise<ActAnswer> {
  const done = await api.syncVPPLBState(
    { frontendName: frontend ?? undefined },
    { ...options, timeoutMs: SYNC_MS },
  );
  const counts = [
    [done.vipAdded, 'VIP added', 'VIPs added'],
    [done.vipRemoved, 'VIP removed', 'VIPs removed'],
    [done.asAdded, 'server added', 'servers added'],
    [done.asRemoved, 'server removed', 'servers removed'],
    [done.asWeightUpdated, 'weight changed', 'weights changed'],
  ] as const;
  const words = counts.flatMap(([n, one, many]) => (n === 0 ? [] : [`${n} ${n === 1 ? one : many}`]));
  const summary = words.length === 0 ? 'VPP was equal already; nothing was written' : words.join(', ');
  return {
    summary,
    warning: done.unverified.length === 0 ? null : done.unverified.join('; '),
    pending: done.failures.map(({ operation, message }) => `${operation}: ${message}`),
  };
}

async function reloaded(api: UpstreamApi, options: CallOptions): Promise<ActAnswer> {
  const answer = await api.reloadConfig({}, { ...options, timeoutMs: PLAN_MS });
  const { ok, errors, warnings, changes } = answer;
  const place = (issue: (typeof errors)[number]) => {
    const { file, line, path, message } = issue;
    return `${line === 0 ? file : `${file}:${line}`}: ${path === '' ? message : `${path}: ${message}`}`;
  };
  const count = changes?.changes.length ?? 0;
  return {
    summary: !ok
      ? 'the config file was refused; the running config stays'
      : count === 0
        ? 'the config file was loaded; it means what the running config meant'
        : `the config file was loaded; ${count} ${count === 1 ? 'thing differs' : 'things differ'}`,
    warning: warnings.length === 0 ? null : warnings.map(place).join('; '),
    pending: errors.map(place),
  };
}
