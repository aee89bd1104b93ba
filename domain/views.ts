import type { Backend, Frontend } from './config.js';
import type { BackendState, FrontendState } from './health.js';
import type { IpAddress } from './ip.js';
import {
  type BackendStates,
  choosePool,
  decideWeights,
  frontendState,
  type Patience,
  stateOf,
  unlimitedPatience,
} from './weights.js';

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
  /** What the config file says, where an operator has set another weight; null = the weight is the config's. */
  readonly configured: number | null;
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

export function viewFrontend(
  frontend: Frontend,
  states: BackendStates,
  patience: Patience = unlimitedPatience,
): FrontendView {
  const { name, description, address, protocol, port, srcIpSticky, flushOnDown } = frontend;
  const { active } = choosePool(frontend, states, patience);
  const decisions = decideWeights(frontend, states, patience);
  const state = frontendState(frontend, states, patience);
  const pools = frontend.pools.map((pool, index): PoolView => {
    const backends = pool.backends.map((backend, i): PoolBackendView => {
      const { weight = 0, hold = false, reason = '' } = decisions[index]?.[i] ?? {};
      const state = stateOf(states, backend.name);
      return {
        name: backend.name,
        state,
        weight: backend.weight,
        configured: backend.overridden ?? null,
        effectiveWeight: hold ? null : weight,
        reason,
      };
    });
    return { name: pool.name, active: state !== 'down' && index === active, backends };
  });
  return { name, description, address, protocol, port, srcIpSticky, flushOnDown, state, pools };
}

/** `frontends` are the names of those that use it. */
export function viewBackend(
  backend: Backend,
  frontends: readonly string[],
  states: BackendStates,
): BackendView {
  const { name, address, healthcheck, enabled } = backend;
  return { name, address, healthcheck: healthcheck ?? '', enabled, state: stateOf(states, name), frontends };
}
