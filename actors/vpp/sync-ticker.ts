import type { Address } from '../../protocol/address.js';
import type { DecisionChanged, DecisionRequest } from '../../protocol/decision.js';
import type { ActorSpec } from '../kernel/contract.js';

type Tick = { readonly type: 'tick' };

export interface SyncTickerOptions {
  readonly lb: Address<Tick>;
  /** Asked for the interval between two full syncs, at every start. */
  readonly decisions: Address<DecisionRequest>;
}

/** Asks for a full sync at once, and then every interval: that is how drift in VPP is found. */
export function syncTickerActor({ lb, decisions }: SyncTickerOptions): ActorSpec<Tick | DecisionChanged> {
  return {
    name: 'sync-ticker',
    start: async (context) => {
      let { syncInterval } = await context.ask(decisions, { type: 'get-decision' });
      let cancel = context.every(syncInterval, { type: 'tick' }, { immediate: true });
      return {
        receive: (message) => {
          if (message.type === 'tick') lb.tell(message);
          else if (message.decision.syncInterval !== syncInterval) {
            ({ syncInterval } = message.decision);
            cancel();
            cancel = context.every(syncInterval, { type: 'tick' });
          }
        },
      };
    },
  };
}
