import type { Frontend, PoolBackend } from './config.js';
import type { BackendState, FrontendState } from './health.js';

/** What is known about each backend, by name. A backend that is not in it is `removed`. */
export type BackendStates = ReadonlyMap<string, BackendState>;

/** What one server of a frontend should weigh, and why. */
export interface WeightDecision {
  /** 0..100; null = keep what VPP has, because there is no verdict yet. */
  readonly weight: number | null;
  /** Whether existing flows are cut on the way to 0. */
  readonly flush: boolean;
  readonly reason: string;
}

export function stateOf(states: BackendStates, backend: string): BackendState {
  return states.get(backend) ?? 'removed';
}

/**
 * Index of the pool that gets the new flows: the first one with a backend that is up and has a configured weight
 * above 0; the first pool of all when there is none.
 */
export function activePool(frontend: Frontend, states: BackendStates): number {
  const index = frontend.pools.findIndex((pool) =>
    pool.backends.some((backend) => backend.weight > 0 && stateOf(states, backend.name) === 'up'),
  );
  return Math.max(index, 0);
}

/**
 * The weight of one backend in pool `poolIndex` of `frontend`. Only a backend that is up and in the active pool has
 * its configured weight; all others are installed with 0. On the way to 0 a disabled backend is always flushed, one
 * that is down when the frontend says so, and no other ever.
 */
export function decideWeight(
  frontend: Frontend,
  poolIndex: number,
  backend: PoolBackend,
  states: BackendStates,
): WeightDecision {
  const state = stateOf(states, backend.name);
  switch (state) {
    case 'up': {
      const active = activePool(frontend, states);
      if (poolIndex === active)
        return { weight: backend.weight, flush: false, reason: 'up, in the active pool' };
      const name = frontend.pools[active]?.name ?? '';
      return { weight: 0, flush: false, reason: `up, but pool ${name} is active` };
    }
    case 'unknown':
      return { weight: null, flush: false, reason: 'no verdict yet: kept as VPP has it' };
    case 'down':
      return { weight: 0, flush: frontend.flushOnDown, reason: 'down' };
    case 'paused':
      return { weight: 0, flush: false, reason: 'paused by the operator' };
    case 'disabled':
      return { weight: 0, flush: true, reason: 'disabled' };
    case 'removed':
      return { weight: 0, flush: false, reason: 'removed from the config' };
  }
}

/** up when a server gets new flows; unknown while no backend has a verdict; down otherwise. */
export function frontendState(frontend: Frontend, states: BackendStates): FrontendState {
  const backends = frontend.pools.flatMap((pool, index) =>
    pool.backends.map((backend) => ({ backend, index })),
  );
  const serves = backends.some(({ backend, index }) => {
    const { weight } = decideWeight(frontend, index, backend, states);
    return weight !== null && weight > 0;
  });
  if (serves) return 'up';
  return backends.every(({ backend }) => stateOf(states, backend.name) === 'unknown') ? 'unknown' : 'down';
}
