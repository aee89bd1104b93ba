import type { BackendAction, Effective, WeightChange } from '../domain/operator.js';
import type { Reply } from './address.js';

/** It is in force. */
export interface OperatorAnswer {
  /** What is not as it should be nevertheless, a sentence; null = all is well. */
  readonly warning: string | null;
}

/** What operators can ask for. Each is answered when it is in force in the whole tree. */
export type OperatorRequest =
  | {
      readonly type: 'act-on-backend';
      readonly name: string;
      readonly action: BackendAction;
      /** Who asks, for the log; absent when nobody knows. */
      readonly peer?: string;
      readonly reply: Reply<OperatorAnswer>;
    }
  | {
      readonly type: 'set-weight';
      readonly change: WeightChange;
      /** Cut the flows of that server now. */
      readonly flush: boolean;
      readonly peer?: string;
      readonly reply: Reply<OperatorAnswer>;
    }
  | { readonly type: 'get-effective'; readonly reply: Reply<Effective> };

/** What of the config is another now. */
export interface Touched {
  /** By a reload: anything may be. */
  readonly all: boolean;
  /** By an operator: whether this backend is enabled or paused. */
  readonly backend: string | null;
  /** By an operator: a weight in this frontend. */
  readonly frontend: string | null;
  /** The backend of that frontend whose flows are to be cut now. */
  readonly flush: string | null;
}

/** The config as it counts changed: by a reload, or by an operator. */
export interface EffectiveChanged {
  readonly type: 'effective-changed';
  readonly effective: Effective;
  readonly touched: Touched;
  /** Answered when it is in force. */
  readonly reply: Reply<void>;
}
