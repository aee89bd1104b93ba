import type { Frontend, MaglevConfig } from '../../domain/config.js';
import { desiredVip, sameDesiredVip } from '../../domain/desired.js';
import type { FrontendState } from '../../domain/health.js';
import type { DesiredVip } from '../../domain/lb.js';
import { type BackendStates, choosePool, frontendState, type Patience } from '../../domain/weights.js';
import type { Address } from '../../protocol/address.js';
import type { VipWanted } from '../../protocol/decision.js';
import type { ActorSpec } from '../kernel/contract.js';

/** All that decides about a frontend. */
export interface FrontendInputs {
  readonly frontend: Frontend;
  readonly config: MaglevConfig;
  /** Of its backends at least. */
  readonly states: BackendStates;
  readonly patience: Patience;
}

export interface FrontendMessage {
  readonly type: 'inputs';
  /** Of the decision about everything that this is a part of. */
  readonly version: number;
  readonly inputs: FrontendInputs;
  /** A backend whose flows are to be cut now. */
  readonly flush: string | null;
}

export interface VipDecided {
  readonly type: 'vip-decided';
  readonly version: number;
  readonly news: VipWanted;
  /** The backend whose flows are to be cut, as it was told. */
  readonly flush: string | null;
}

/** A frontend actor was started again. */
export interface FrontendFresh {
  readonly type: 'fresh';
  readonly name: string;
}

/** Folds the states of its backends into the VIP that the frontend wants, and tells when that changes. */
export function frontendActor(
  name: string,
  report: Address<VipDecided | FrontendFresh>,
): ActorSpec<FrontendMessage> {
  let before = false;
  return {
    name,
    start: (context) => {
      if (before) report.tell({ type: 'fresh', name });
      before = true;
      let last: DesiredVip | null = null;
      let state: FrontendState = 'unknown';
      let pool = '';
      return {
        receive: ({ version, inputs, flush }) => {
          const { frontend, config, states, patience } = inputs;
          const vip = desiredVip(frontend, config, states, patience);
          const address = flush === null ? undefined : config.backends.get(flush)?.address;
          if (last === null || address !== undefined || !sameDesiredVip(last, vip)) {
            last = vip;
            const cut = new Set(address === undefined ? [] : [address]);
            const news: VipWanted = { type: 'vip-wanted', vip, flush: cut };
            report.tell({ type: 'vip-decided', version, news, flush });
          }
          const now = frontendState(frontend, states, patience);
          const active = frontend.pools[choosePool(frontend, states, patience).active]?.name ?? '';
          if (now !== state || (active !== pool && pool !== '')) {
            context.log.log('info', 'frontend-transition', {
              frontend: name,
              from: state,
              to: now,
              pool: active,
            });
          }
          state = now;
          pool = active;
        },
      };
    },
  };
}
