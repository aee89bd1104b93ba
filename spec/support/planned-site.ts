import type { PlannerOptions } from '../../actors/planner.js';
import { largeConfig } from '../../bench/large-config.js';
import { configChanges } from '../../domain/config-changes.js';
import { decideFrontend } from '../../domain/deciding.js';
import type { LbState } from '../../domain/lb.js';
import type { ConfigControl } from '../../protocol/config.js';
import type { SupposeRequest } from '../../protocol/decision.js';
import type { WhatIfRequest } from '../../protocol/operator.js';
import type { VppControl } from '../../protocol/vpp.js';
import { configOf } from '../config/config-lines.js';
import { sampleLbConf, vipState } from './domain-samples.js';
import { answering } from './tree.js';

/** Whom a planner asks, of a large site where in VPP the first server of each VIP has another weight than it should. */
export function plannedSite(size: { readonly backends: number; readonly frontends: number }): PlannerOptions {
  const config = configOf(largeConfig(size));
  const changes = configChanges(config, config);
  const effective = { config, paused: new Set<string>() };
  const heard = new Map(
    [...config.backends].map(([name, { address }]) => [
      name,
      { address, state: 'up' as const, givenUp: false },
    ]),
  );
  const circumstances = { effective, heard, holdAll: false };
  const wanted = [...config.frontends.values()].map((one) => decideFrontend(one, circumstances).vip);
  const vips = wanted.map((vip) => {
    const { ases, ...rest } = vipState(vip);
    return { ...rest, ases: ases.map((as, i) => (i === 0 ? { ...as, weight: 20 } : as)) };
  });
  const state: LbState = { conf: sampleLbConf, vips };
  return {
    config: answering<ConfigControl>('config', (message) => {
      if (message.type === 'read-config') message.reply.ok({ ok: true, config, warnings: [], changes });
    }),
    operator: answering<WhatIfRequest>('operator', ({ reply }) => reply.ok(effective)),
    decision: answering<SupposeRequest>('decision', ({ reply }) => reply.ok({ circumstances, wanted })),
    vpp: answering<VppControl>('vpp', (message) => {
      if (message.type === 'get-lb-state') message.reply.ok(state);
      if (message.type === 'get-flows') message.reply.ok([]);
    }),
  };
}
