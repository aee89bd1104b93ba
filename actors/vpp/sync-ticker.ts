import type { Address } from '../../protocol/address.js';
import type { ActorSpec } from '../kernel/contract.js';
import type { LbMessage } from './lb.js';

export interface SyncTickerOptions {
  readonly lb: Address<LbMessage>;
  /** Between two full syncs, in milliseconds; read anew at `interval-changed`. */
  readonly interval: () => number;
}

export type SyncTickerMessage = { readonly type: 'tick' } | { readonly type: 'interval-changed' };

/** Asks for a full sync at once, and then every interval: that is how drift in VPP is found. */
export function syncTickerActor({ lb, interval }: SyncTickerOptions): ActorSpec<SyncTickerMessage> {
  return {
    name: 'sync-ticker',
    start: (context) => {
      let current = interval();
      let cancel = context.every(current, { type: 'tick' }, { immediate: true });
      return {
        receive: (message) => {
          if (message.type === 'tick') {
            lb.tell({ type: 'tick' });
          } else if (current !== interval()) {
            current = interval();
            cancel();
            cancel = context.every(current, { type: 'tick' });
          }
        },
      };
    },
  };
}
