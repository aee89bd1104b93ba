import { MaglevError } from '../domain/errors.js';
import { protocolName } from '../domain/lb.js';
import type { BackendAction } from '../domain/operator.js';
import type { Address } from '../protocol/address.js';
import type { DebtRequest, PlanRequest, VipDebt, WhatIf } from '../protocol/plan.js';
import { checkedName, checkedWeight } from './checked-fields.js';
import type { FailoverDebt, MaglevServer, PlanRequest as PlanRequestMessage } from './generated/maglev.js';
import { limitMs } from './limits.js';
import { nanoseconds } from './nanoseconds.js';
import { planMessage } from './plan-message.js';
import type { Unary } from './unary.js';

/** Who foresees what changes do. */
export type Planner = Address<PlanRequest | DebtRequest>;

type PlanHandlers = Pick<MaglevServer, 'plan' | 'planConfigFile' | 'getFailoverDebts'>;

export function planHandlers(unary: Unary, planner: Planner): PlanHandlers {
  return {
    plan: unary(limitMs.config, async (request, ask) =>
      planMessage(await ask(planner, { type: 'plan', whatIf: whatIfOf(request) })),
    ),
    planConfigFile: unary(limitMs.config, async ({ file }, ask) => {
      const whatIf = { kind: 'reload', file: checkedPath(file) } as const;
      return planMessage(await ask(planner, { type: 'plan', whatIf }));
    }),
    getFailoverDebts: unary(limitMs.vpp, async ({ frontendName }, ask) => {
      const frontend = frontendName === undefined ? null : checkedName('frontend_name', frontendName);
      const debts = await ask(planner, { type: 'debts', frontend });
      return { debts: debts.map(debtMessage) };
    }),
  };
}

function debtMessage({ key, estimate, since, ...counts }: VipDebt): FailoverDebt {
  const { prefix, protocol, port } = key;
  return {
    ...counts,
    prefix,
    protocol: protocolName(protocol),
    port,
    estimate: estimate ?? undefined,
    sinceNs: since === null ? undefined : nanoseconds(since),
  };
}

function checkedPath(file: string): string {
  if (file.startsWith('/') && file.length <= 4096 && !file.includes('\0')) return file;
  throw new MaglevError('MGL_REQUEST_INVALID', 'file is no absolute path');
}

function whatIfOf({ change }: PlanRequestMessage): WhatIf {
  switch (change?.$case) {
    case 'sync':
      return { kind: 'sync' };
    case 'reload':
      return { kind: 'reload', file: null };
    case 'backend': {
      const { name, action } = change.value;
      return { kind: 'backend', name: checkedName('name', name), action: checkedAction(action) };
    }
    case 'weight': {
      const { frontend, pool, backend, weight, flush } = change.value;
      const where = {
        frontend: checkedName('frontend', frontend),
        pool: checkedName('pool', pool),
        backend: checkedName('backend', backend),
      };
      return { kind: 'weight', change: { ...where, weight: checkedWeight('weight', weight) }, flush };
    }
    case undefined:
      throw new MaglevError('MGL_REQUEST_INVALID', 'change says nothing');
  }
}

const actions: readonly BackendAction[] = ['pause', 'resume', 'enable', 'disable'];

function checkedAction(text: string): BackendAction {
  const action = actions.find((one) => one === text);
  if (action !== undefined) return action;
  throw new MaglevError('MGL_REQUEST_INVALID', `action is none of ${actions.join(', ')}`);
}
