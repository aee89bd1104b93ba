import type { Applied } from '../domain/applied.js';
import type { Hypothesis } from '../domain/hypothesis.js';
import type { BackendAction, Effective, WeightChange } from '../domain/operator.js';
import type { Touched } from '../domain/operator-wish.js';
import type { Override } from '../domain/overrides.js';
import type { Reply } from './address.js';

/** It is in force in maglevd, and VPP has it, or will not have it soon. */
export interface OperatorAnswer {
  /** What was done and what VPP has of it, in words: `disabled; 2 weights set, acknowledged by VPP in 4 ms`. */
  readonly summary: string;
  /** What is not as it should be nevertheless, a sentence; null = all is well. */
  readonly warning: string | null;
  /** What VPP has of it, by frontend; only of those in which it causes a write. */
  readonly applied: readonly Applied[];
  /** How long it took until that was known, in milliseconds. */
  readonly tookMs: number;
}

/** What operators can ask for. Each is answered when it is in force in the whole tree, and in VPP if that can be. */
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
  | { readonly type: 'get-effective'; readonly reply: Reply<Effective> }
  | { readonly type: 'list-overrides'; readonly reply: Reply<readonly Override[]> };

/**
 * Answered when what an earlier process kept is in force, or cannot be read now. VPP must not be given weights before:
 * whoever takes over from another maglevd would put back what operators had taken out there.
 */
export interface AwaitIntents {
  readonly type: 'await-intents';
  readonly reply: Reply<void>;
}

/** The config as it would count. Nothing changes; what could not be asked for is refused as it would be. */
export interface WhatIfRequest {
  readonly type: 'what-if';
  readonly hypothesis: Hypothesis;
  readonly reply: Reply<Effective>;
}

/** The config as it counts changed: by a reload, or by an operator. `R` is what whoever follows it answers. */
export interface EffectiveChanged<R = void> {
  readonly type: 'effective-changed';
  readonly effective: Effective;
  readonly touched: Touched;
  /** Answered when it is in force. */
  readonly reply: Reply<R>;
}
