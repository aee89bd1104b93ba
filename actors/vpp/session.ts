import { MaglevError } from '../../domain/errors.js';
import type { TableHistory } from '../../domain/table-history.js';
import type { Address } from '../../protocol/address.js';
import type { DecisionChanged, DecisionRequest, VipWanted } from '../../protocol/decision.js';
import type { SessionReport, SyncMade, VppControl, VppReadMade, VppRequest } from '../../protocol/vpp.js';
import type { ActorSpec } from '../kernel/contract.js';
import { chain } from '../supervision.js';
import type { OpenStats } from './api.js';
import { confPusherActor } from './conf-pusher.js';
import { lbActor } from './lb.js';
import { type StatsMessage, statsActor } from './stats.js';
import { syncTickerActor } from './sync-ticker.js';

export interface SessionOptions {
  readonly link: Address<VppRequest>;
  /** Asked for what is wanted, at every start; changes are told as messages. */
  readonly decisions: Address<DecisionRequest>;
  readonly report: Address<SessionReport>;
  /** Told of every sync when it is over. */
  readonly records: Address<SyncMade | VppReadMade>;
  /** null: VPP's counters are not read. */
  readonly openStats: OpenStats | null;
  /** Of VPP's tables, over all connections; only whoever reads counters touches it. */
  readonly history: TableHistory;
}

export type SessionMessage =
  | DecisionChanged
  | VipWanted
  | Extract<VppControl, { type: 'sync' | 'get-lb-counters' | 'get-flows' }>;

/**
 * Everything that lives as long as one connection. The order of the children matters: VPP gets its global settings
 * before its VIPs, and the ticker, whose first tick is immediate, comes after all that it sets going. Whoever reads the
 * counters comes last: if that fails, nobody else is restarted. They report by themselves; what is asked of them, or told
 * to all of them, comes through here.
 */
export function sessionActor(options: SessionOptions): ActorSpec<SessionMessage> {
  return {
    name: 'session',
    supervision: chain,
    start: (context) => {
      const { link, decisions, report, records, openStats, history } = options;
      const toStats = context.alias<StatsMessage>('stats');
      const news = openStats === null ? null : toStats;
      const confPusher = context.spawn(confPusherActor({ link, decisions, report }));
      const lb = context.spawn(lbActor({ link, confPusher, stats: news, report, records, decisions }));
      const ticker = context.spawn(syncTickerActor({ lb, decisions }));
      if (openStats !== null)
        toStats.bind(context.spawn(statsActor({ link, open: openStats, decisions, report, history })));
      return {
        receive: (message) => {
          switch (message.type) {
            case 'decision':
              for (const child of [confPusher, lb, ticker, news]) child?.tell(message);
              break;
            case 'vip-wanted':
            case 'sync':
              context.relay(lb, message);
              break;
            case 'get-lb-counters':
            case 'get-flows':
              if (news === null) message.reply.fail(statsDisabled());
              else context.relay(news, message);
              break;
          }
        },
      };
    },
  };
}

function statsDisabled(): MaglevError {
  return new MaglevError('MGL_STATS_DISABLED', "maglevd does not read VPP's counters");
}
