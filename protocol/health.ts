import type { BackendLife, Transition } from '../domain/backend-life.js';
import type { HealthCheck } from '../domain/config.js';
import type { BackendState } from '../domain/health.js';
import type { IpAddress } from '../domain/ip.js';
import type { ProbeResult } from '../domain/probe-result.js';
import type { Reply } from './address.js';
import type { Slice } from './views.js';

/** What the decision has to know of a backend. */
export interface BackendReport {
  readonly name: string;
  /** Which server this is about: the address may be another by now. */
  readonly address: IpAddress;
  readonly state: BackendState;
  /** It has been without a verdict for too long, for no reason of our own: it counts as down. */
  readonly givenUp: boolean;
}

/** The state of a backend changed, or it was given up. */
export interface BackendChanged {
  readonly type: 'backend-changed';
  readonly report: BackendReport;
  /** null when only `givenUp` changed. */
  readonly transition: Transition | null;
}

/** One backend, in all detail. */
export interface BackendDetail {
  readonly name: string;
  readonly life: BackendLife;
  readonly givenUp: boolean;
}

/** What the health supervisor can be asked. */
export type HealthRequest =
  | { readonly type: 'list-states'; readonly reply: Reply<readonly BackendReport[]> }
  /** Every backend of the config, as it was last known. */
  | { readonly type: 'list-details'; readonly slice?: Slice; readonly reply: Reply<readonly BackendDetail[]> }
  /** Fails with MGL_BACKEND_UNKNOWN. */
  | { readonly type: 'get-detail'; readonly name: string; readonly reply: Reply<BackendDetail> };

/** Asks for one probe. It is always answered: what keeps us from probing is a doubt. */
export interface ProbeOrder {
  readonly type: 'probe';
  /** Name of the backend; one probe of it at a time. */
  readonly backend: string;
  readonly address: IpAddress;
  readonly check: HealthCheck;
  readonly reply: Reply<ProbeResult>;
}

export type ProberRequest = ProbeOrder | { readonly type: 'cancel'; readonly backend: string };
