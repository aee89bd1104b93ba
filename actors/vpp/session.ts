import type { IpAddress } from '../../domain/ip.js';
import type { StandingDecision } from '../../domain/standing-decision.js';
import type { Address } from '../../protocol/address.js';
import type { VppControl, VppRequest } from '../../protocol/vpp.js';
import { relay } from '../ask.js';
import type { ActorSpec } from '../kernel/contract.js';
import { confPusherActor } from './conf-pusher.js';
import { lbActor } from './lb.js';
import { syncTickerActor } from './sync-ticker.js';

export interface SessionOptions {
  readonly link: Address<VppRequest>;
  readonly wanted: StandingDecision;
  /** Told when a full sync has left VPP equal to the decision. */
  readonly synced: () => void;
}

export type SessionMessage =
  | { readonly type: 'wanted-changed' }
  | { readonly type: 'vip-wanted'; readonly frontend: string; readonly flush: ReadonlySet<IpAddress> }
  | Extract<VppControl, { type: 'sync' }>;

/**
 * Everything that lives as long as one connection. The order of the children matters: VPP gets its global settings
 * before its VIPs, and the ticker, whose first tick is immediate, comes last.
 */
export function sessionActor({ link, wanted, synced }: SessionOptions): ActorSpec<SessionMessage> {
  return {
    name: 'session',
    supervision: {
      strategy: 'rest-for-one',
      intensity: { restarts: 5, withinMs: 10_000 },
      backoff: { minMs: 100, maxMs: 5000, jitter: 0.2 },
    },
    start: (context) => {
      const confPusher = context.spawn(confPusherActor({ link, conf: () => wanted.conf }));
      const lb = context.spawn(lbActor({ link, confPusher, wanted, synced }));
      const ticker = context.spawn(syncTickerActor({ lb, interval: () => wanted.syncInterval }));
      return {
        receive: (message) => {
          switch (message.type) {
            case 'wanted-changed':
              confPusher.tell(message);
              lb.tell(message);
              ticker.tell({ type: 'interval-changed' });
              break;
            case 'vip-wanted':
              lb.tell(message);
              break;
            case 'sync':
              relay(context, lb, { type: 'sync', frontend: message.frontend }, message.reply);
              break;
          }
        },
      };
    },
  };
}
