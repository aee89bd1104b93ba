import type { Decision } from '../../domain/lb.js';
import type { Address } from '../../protocol/address.js';
import type { VppControl, VppRequest } from '../../protocol/vpp.js';
import { relay } from '../ask.js';
import type { ActorSpec } from '../kernel/contract.js';
import { confPusherActor } from './conf-pusher.js';
import { lbActor } from './lb.js';
import { syncTickerActor } from './sync-ticker.js';

export interface SessionOptions {
  readonly link: Address<VppRequest>;
  /** What is wanted now: looked at anew at every start and every change. */
  readonly decision: () => Decision;
}

export type SessionMessage = { readonly type: 'wanted-changed' } | Extract<VppControl, { type: 'sync' }>;

/**
 * Everything that lives as long as one connection. The order of the children matters: VPP gets its global settings
 * before its VIPs, and the ticker, whose first tick is immediate, comes last.
 */
export function sessionActor({ link, decision }: SessionOptions): ActorSpec<SessionMessage> {
  return {
    name: 'session',
    supervision: {
      strategy: 'rest-for-one',
      intensity: { restarts: 5, withinMs: 10_000 },
      backoff: { minMs: 100, maxMs: 5000, jitter: 0.2 },
    },
    start: (context) => {
      const confPusher = context.spawn(confPusherActor({ link, conf: () => decision().conf }));
      const lb = context.spawn(lbActor({ link, confPusher, decision }));
      const ticker = context.spawn(syncTickerActor({ lb, interval: () => decision().syncInterval }));
      return {
        receive: (message) => {
          if (message.type === 'wanted-changed') {
            confPusher.tell(message);
            lb.tell(message);
            ticker.tell({ type: 'interval-changed' });
          } else {
            relay(context, lb, { type: 'sync', frontend: message.frontend }, message.reply);
          }
        },
      };
    },
  };
}
