import type { BackendAction, Effective, WeightChange } from '../domain/operator.js';
import type { Reply } from './address.js';

/** What operators can ask for. Each is answered when it is in force in the whole tree. */
export type OperatorRequest =
  | {
      readonly type: 'act-on-backend';
      readonly name: string;
      readonly action: BackendAction;
      readonly reply: Reply<void>;
    }
  | {
      readonly type: 'set-weight';
      readonly change: WeightChange;
      /** Cut the flows of that server now. */
      readonly flush: boolean;
      readonly reply: Reply<void>;
    }
  | { readonly type: 'get-effective'; readonly reply: Reply<Effective> };

/** The config as it counts changed: by a reload, or by an operator. */
export interface EffectiveChanged {
  readonly type: 'effective-changed';
  readonly effective: Effective;
  /** By a reload: anything may be another. By an operator: a weight, or whether a backend is enabled or paused. */
  readonly reloaded: boolean;
  /** A server whose flows are to be cut now. */
  readonly flush: { readonly frontend: string; readonly backend: string } | null;
  /** Answered when it is in force. */
  readonly reply: Reply<void>;
}
