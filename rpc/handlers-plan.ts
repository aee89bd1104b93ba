import { MaglevError } from '../domain/errors.js';
import { type LbConf, protocolName } from '../domain/lb.js';
import type { BackendAction } from '../domain/operator.js';
import type { Address } from '../protocol/address.js';
import type { PlanReport, PlanRequest, WhatIf } from '../protocol/plan.js';
import { checkedName, checkedWeight } from './checked-fields.js';
import type { MaglevServer, PlannedVIP, PlanRequest as PlanRequestMessage } from './generated/maglev.js';
import { limitMs } from './limits.js';
import { operationText } from './operation-text.js';
import type { Unary } from './unary.js';

export function planHandlers(unary: Unary, planner: Address<PlanRequest>): Pick<MaglevServer, 'plan'> {
  return {
    plan: unary(limitMs.config, async (request, ask) => {
      const { conf, vips, refused, vppMs } = await ask(planner, { type: 'plan', whatIf: whatIfOf(request) });
      const settings = conf === null ? [] : settingTexts(conf.before, conf.after);
      return { vips: vips.map(vipMessage), settings, refused: [...refused], vppMs };
    }),
  };
}

function whatIfOf({ change }: PlanRequestMessage): WhatIf {
  switch (change?.$case) {
    case 'sync':
    case 'reload':
      return { kind: change.$case };
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

function vipMessage(vip: PlanReport['vips'][number]): PlannedVIP {
  const { key, frontend, operations, anew, vppMs, moved } = vip;
  return {
    prefix: key.prefix,
    protocol: protocolName(key.protocol),
    port: key.port,
    frontend,
    operations: operations.map((one) => ({ operation: operationText(one), reason: one.reason })),
    anew,
    vppMs,
    moved:
      moved === null
        ? undefined
        : {
            tableLength: moved.length,
            moved: moved.moved,
            hadToMove: moved.hadToMove,
            collateral: moved.collateral,
            gained: moved.gained,
          },
  };
}

function settingTexts(before: LbConf, after: LbConf): string[] {
  const text = (name: string, from: string | number, to: string | number, effect = '') =>
    from === to ? [] : [`set ${name} from ${from} to ${to}${effect}`];
  const forgets = ': VPP forgets the server of every flow';
  return [
    ...text('ipv4-src-address', before.ipv4Source, after.ipv4Source),
    ...text('ipv6-src-address', before.ipv6Source, after.ipv6Source),
    ...text('sticky-buckets-per-core', before.stickyBucketsPerCore, after.stickyBucketsPerCore, forgets),
    ...text('flow-timeout', `${before.flowTimeout}s`, `${after.flowTimeout}s`),
  ];
}
