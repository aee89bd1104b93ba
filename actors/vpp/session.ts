import { MaglevError } from '../../domain/errors.js';
import type { IpAddress } from '../../domain/ip.js';
import type { StandingDecision } from '../../domain/standing-decision.js';
import type { Address } from '../../protocol/address.js';
import type { VppControl, VppRequest } from '../../protocol/vpp.js';
import { relay } from '../ask.js';
import type { ActorRef, ActorSpec } from '../kernel/contract.js';
import type { OpenStats } from './api.js';
import { confPusherActor } from './conf-pusher.js';
import { lbActor } from './lb.js';
import { type StatsMessage, statsActor } from './stats.js';
import { syncTickerActor } from './sync-ticker.js';

export interface SessionOptions {
  readonly link: Address<VppRequest>;
  readonly wanted: StandingDecision;
  /** Told when a full sync has left VPP equal to the decision. */
  readonly synced: () => void;
  /** null: VPP's counters are not read. */
  readonly stats: {
    readonly open: OpenStats;
    /** Told when VPP started, milliseconds since the epoch. */
    readonly booted: (at: number) => void;
    /** Told that VPP's stats segment is that of a VPP which has ended or hangs. */
    readonly lost: (error: MaglevError) => void;
  } | null;
}

export type SessionMessage =
  | { readonly type: 'wanted-changed' }
  | { readonly type: 'vip-wanted'; readonly frontend: string; readonly flush: ReadonlySet<IpAddress> }
  | Extract<VppControl, { type: 'sync' | 'get-lb-counters' }>;

/**
 * Everything that lives as long as one connection. The order of the children matters: VPP gets its global settings
 * before its VIPs, and the ticker, whose first tick is immediate, comes after all that it sets going. Whoever reads the
 * counters comes last: if that fails, nobody else is restarted.
 */
export function sessionActor({ link, wanted, synced, stats }: SessionOptions): ActorSpec<SessionMessage> {
  return {
    name: 'session',
    supervision: {
      strategy: 'rest-for-one',
      intensity: { restarts: 5, withinMs: 10_000 },
      backoff: { minMs: 100, maxMs: 5000, jitter: 0.2 },
    },
    start: (context) => {
      const confPusher = context.spawn(confPusherActor({ link, conf: () => wanted.conf }));
      let reader: ActorRef<StatsMessage> | null = null;
      const vipsChanged = () => reader?.tell({ type: 'vips-changed' });
      const lb = context.spawn(lbActor({ link, confPusher, wanted, synced, vipsChanged }));
      const ticker = context.spawn(syncTickerActor({ lb, interval: () => wanted.syncInterval }));
      if (stats !== null) reader = context.spawn(statsActor({ link, wanted, ...stats }));
      return {
        receive: (message) => {
          switch (message.type) {
            case 'wanted-changed':
              confPusher.tell(message);
              lb.tell(message);
              ticker.tell({ type: 'interval-changed' });
              reader?.tell({ type: 'interval-changed' });
              break;
            case 'vip-wanted':
              lb.tell(message);
              break;
            case 'sync':
              relay(context, lb, { type: 'sync', frontend: message.frontend }, message.reply);
              break;
            case 'get-lb-counters':
              if (reader === null) message.reply.fail(statsDisabled());
              else relay(context, reader, { type: 'get-lb-counters' }, message.reply);
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
