import type { Applied } from '../domain/applied.js';
import type { Circumstances } from '../domain/deciding.js';
import type { Hypothesis } from '../domain/hypothesis.js';
import type { IpAddress } from '../domain/ip.js';
import type { Decision, DesiredVip } from '../domain/lb.js';
import type { Effective } from '../domain/operator.js';
import type { Slice } from '../domain/slice.js';
import type { BackendView, FrontendView, PoolBackendView } from '../domain/views.js';
import type { Reply } from './address.js';

/** Asked of whoever decides, by those who carry decisions out, when they start. Changes are told as messages. */
export type DecisionRequest = { readonly type: 'get-decision'; readonly reply: Reply<Decision> };

/** All that would decide, if that config counted; and the VIPs that are wanted as it is. */
export interface SupposeRequest {
  readonly type: 'suppose';
  readonly hypothesis: Hypothesis;
  readonly effective: Effective;
  readonly reply: Reply<Supposed>;
}

export interface Supposed {
  readonly circumstances: Circumstances;
  readonly wanted: readonly DesiredVip[];
}

/** The decision changed. */
export interface DecisionChanged {
  readonly type: 'decision';
  readonly decision: Decision;
}

/** The decision about one frontend changed; the rest of it stands. */
export interface VipWanted {
  readonly type: 'vip-wanted';
  readonly vip: DesiredVip;
  /** Servers whose flows are to be cut now, whatever becomes of their weight. */
  readonly flush: ReadonlySet<IpAddress>;
  /** Answered when VPP has it, or as soon as it is certain that it will not soon; absent when nobody waits for it. */
  readonly reply?: Reply<Applied>;
}

export type { BackendView, FrontendView, PoolBackendView };

/** What the frontends actor can be asked. An unknown name fails with MGL_FRONTEND_UNKNOWN or MGL_BACKEND_UNKNOWN. */
export type ViewRequest =
  | {
      readonly type: 'list-frontends';
      readonly slice?: Slice;
      readonly reply: Reply<readonly FrontendView[]>;
    }
  | { readonly type: 'get-frontend'; readonly name: string; readonly reply: Reply<FrontendView> }
  | { readonly type: 'list-backends'; readonly slice?: Slice; readonly reply: Reply<readonly BackendView[]> }
  | { readonly type: 'get-backend'; readonly name: string; readonly reply: Reply<BackendView> };
