import type { Backend, Frontend, MaglevConfig } from './config.js';
import { type Fidelity, fidelityOf } from './fidelity.js';
import type { BackendState, FrontendState } from './health.js';
import type { IpAddress } from './ip.js';
import type { DesiredVip } from './lb.js';
import type { WeightedServer } from './table-prediction.js';
import {
  type BackendStates,
  choose,
  decideWeights,
  knownIn,
  type Patience,
  stateOf,
  unlimitedPatience,
  type WeightDecision,
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
  /**
   * By how many points (hundredths of all new flows) a share that VPP's table gives is off at most; null = what VPP has
   * is kept, or nobody serves.
   */
  readonly shareError: number | null;
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
  /** Shares of the new flows, 0..1: what its weight asks for, and what VPP's table gives. null as above. */
  readonly share: { readonly asked: number; readonly given: number } | null;
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

/** `vip` is what was decided. */
export function viewFrontend(
  frontend: Frontend,
  config: MaglevConfig,
  vip: DesiredVip,
  states: BackendStates,
  patience: Patience = unlimitedPatience,
): FrontendView {
  const { name, description, address, protocol, port, srcIpSticky, flushOnDown } = frontend;
  const known = knownIn(frontend, states, patience);
  const choice = choose(frontend, known, patience.holdAll);
  const { active, state } = choice;
  const decisions = decideWeights(frontend, known, choice);
  const fidelity = fidelityOfVip(vip, askedWeights(frontend, config, vip, decisions));
  const shares = new Map(fidelity?.shares.map((share) => [share.address, share]));
  const pools = frontend.pools.map((pool, index): PoolView => {
    const backends = pool.backends.map((backend, i): PoolBackendView => {
      const { weight = 0, hold = false, reason = '' } = decisions[index]?.[i] ?? {};
      const server = config.backends.get(backend.name)?.address;
      const known = server === undefined || weight === 0 ? undefined : shares.get(server);
      return {
        name: backend.name,
        state: stateOf(states, backend.name),
        weight: backend.weight,
        configured: backend.overridden ?? null,
        effectiveWeight: hold ? null : weight,
        reason,
        share: known === undefined ? null : { asked: known.asked, given: known.given },
      };
    });
    return { name: pool.name, active: state !== 'down' && index === active, backends };
  });
  const shareError = fidelity?.error ?? null;
  return { name, description, address, protocol, port, srcIpSticky, flushOnDown, state, shareError, pools };
}

/** Of each server of the VIP what it was given before weights became steps. */
function askedWeights(
  frontend: Frontend,
  config: MaglevConfig,
  { ases }: DesiredVip,
  decisions: readonly (readonly WeightDecision[])[],
): WeightedServer[] {
  const asked = new Map<IpAddress, number>();
  for (const [index, pool] of frontend.pools.entries()) {
    for (const [i, { name }] of pool.backends.entries()) {
      const address = config.backends.get(name)?.address;
      const weight = decisions[index]?.[i]?.weight ?? 0;
      if (address !== undefined && !(asked.get(address) ?? 0)) asked.set(address, weight);
    }
  }
  return ases.map(({ address }) => ({ address, weight: asked.get(address) ?? 0 }));
}

/** null: what VPP has is kept, or nobody serves. */
function fidelityOfVip({ ases, tableLength }: DesiredVip, asked: readonly WeightedServer[]): Fidelity | null {
  if (ases.some(({ hold }) => hold) || ases.every(({ weight }) => weight === 0)) return null;
  return fidelityOf(tableLength, asked, ases);
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
