import { MaglevError } from '../../domain/errors.js';
import type { TableHistory } from '../../domain/table-history.js';
import type { DecisionChanged, VipWanted } from '../../protocol/decision.js';
import type { VppControl } from '../../protocol/vpp.js';
import type { ActorSpec } from '../kernel/contract.js';
import { byType } from '../life.js';
import { chain } from '../supervision.js';
import type { OpenStats, SessionParts } from './api.js';
import { confPusherActor } from './conf-pusher.js';
import { type LbMessage, lbActor } from './lb.js';
import { type StatsMessage, statsActor } from './stats.js';
import { syncTickerActor } from './sync-ticker.js';

export interface SessionOptions extends SessionParts {
  /** null: VPP's counters are not read. */
  readonly openStats: OpenStats | null;
  /** Of VPP's tables, over all connections; only whoever reads counters touches it. */
  readonly history: TableHistory;
}

type StatsQuestion = Extract<VppControl, { type: 'get-lb-counters' | 'get-flows' }>;

export type SessionMessage =
  | DecisionChanged
  | VipWanted
  | Extract<VppControl, { type: 'sync' }>
  | StatsQuestion;

/**
 * Everything that lives as long as one connection. The order of the children matters: VPP gets its global settings
 * before its VIPs, and the ticker, whose first tick is immediate, comes after all that it sets going. Whoever reads the counters comes last: if that fails, nobody else is restarted. They report by
 * themselves; what is asked of them, or told to all of them, comes through here.
 */
export function sessionActor(options: SessionOptions): ActorSpec<SessionMessage> {
  return {
    name: 'session',
    supervision: chain,
    start: (context) => {
      const { openStats } = options;
      const toStats = context.alias<StatsMessage>('stats');
      const stats = openStats === null ? null : toStats;
      const confPusher = context.spawn(confPusherActor(options));
      const lb = context.spawn(lbActor({ ...options, confPusher, stats }));
      const ticker = context.spawn(syncTickerActor({ lb, decisions: options.decisions }));
      if (openStats !== null) toStats.bind(context.spawn(statsActor({ ...options, open: openStats })));
      const askLb = (message: LbMessage & SessionMessage) => context.relay(lb, message);
      const askStats = (message: StatsQuestion) => {
        if (stats !== null) context.relay(stats, message);
        else
          message.reply.fail(new MaglevError('MGL_STATS_DISABLED', "maglevd does not read VPP's counters"));
      };
      return {
        receive: byType<SessionMessage>({
          decision: (message) => {
            for (const child of [confPusher, lb, ticker, stats]) child?.tell(message);
          },
          'vip-wanted': askLb,
          sync: askLb,
          'get-lb-counters': askStats,
          'get-flows': askStats,
        }),
      };
    },
  };
}
