import type { BackendState, FrontendState } from '../domain/health.js';
import type { IpAddress } from '../domain/ip.js';
import type { Reply } from './address.js';

export type { BackendState, FrontendState };

/** A frontend and what was decided for it. */
export interface FrontendView {
  readonly name: string;
  readonly description: string;
  readonly address: IpAddress;
  readonly protocol: 'tcp' | 'udp' | 'any';
  readonly port: number;
  readonly srcIpSticky: boolean;
  readonly flushOnDown: boolean;
  readonly state: FrontendState;
  readonly pools: readonly PoolView[];
}

export interface PoolView {
  readonly name: string;
  /** Does this pool get the new flows? */
  readonly active: boolean;
  readonly backends: readonly PoolBackendView[];
}

export interface PoolBackendView {
  readonly name: string;
  readonly state: BackendState;
  /** Configured, 0..100. */
  readonly weight: number;
  /** Decided, 0..100; null = what VPP has is kept. */
  readonly effectiveWeight: number | null;
  readonly reason: string;
}

export interface BackendView {
  readonly name: string;
  readonly address: IpAddress;
  /** '' = none. */
  readonly healthcheck: string;
  readonly enabled: boolean;
  readonly state: BackendState;
  /** Names of the frontends that use it. */
  readonly frontends: readonly string[];
}

/** What the frontends actor can be asked. An unknown name fails with MGL_FRONTEND_UNKNOWN or MGL_BACKEND_UNKNOWN. */
export type ViewRequest =
  | { readonly type: 'list-frontends'; readonly reply: Reply<readonly FrontendView[]> }
  | { readonly type: 'get-frontend'; readonly name: string; readonly reply: Reply<FrontendView> }
  | { readonly type: 'list-backends'; readonly reply: Reply<readonly BackendView[]> }
  | { readonly type: 'get-backend'; readonly name: string; readonly reply: Reply<BackendView> };
