import type { Address } from '../../protocol/address.js';
import type { DecisionChanged, DecisionRequest } from '../../protocol/decision.js';
import type { ActorSpec } from '../kernel/contract.js';

export interface SyncTickerOptions {
  readonly lb: Address<{ readonly type: 'tick' }>;
  /** Asked for the interval between two full syncs, at every start. */
  readonly decisions: Address<DecisionRequest>;
}

export type SyncTickerMessage = { readonly type: 'tick' } | DecisionChanged;

/** Asks for a full sync at once, and then every interval: that is how drift in VPP is found. */
export function syncTickerActor({ lb, decisions }: SyncTickerOptions): ActorSpec<SyncTickerMessage> {
  return {
    name: 'sync-ticker',
    start: async (context) => {
      const { syncInterval } = await context.ask(decisions, { type: 'get-decision' });
      let current = syncInterval;
      let cancel = context.every(current, { type: 'tick' }, { immediate: true });
      return {
        receive: (message) => {
          if (message.type === 'tick') {
            lb.tell({ type: 'tick' });
          } else if (current !== message.decision.syncInterval) {
            current = message.decision.syncInterval;
            cancel();
            cancel = context.every(current, { type: 'tick' });
          }
        },
      };
    },
  };
}
