import type { VipId } from '../domain/lb.js';
import type { Fleet, FrontendPlan } from './scenario.js';

/** Where a server stands in a frontend. */
export interface Place {
  readonly pool: string;
  readonly index: number;
  readonly backend: string;
}

export function placesOf(fleet: Fleet, frontend: FrontendPlan, address: string): Place[] {
  const names = new Set(fleet.backends.filter((one) => one.address === address).map(({ name }) => name));
  return frontend.pools.flatMap((pool, index) =>
    pool.backends
      .filter(({ name }) => names.has(name))
      .map(({ name }) => ({ pool: pool.name, index, backend: name })),
  );
}

export function vipIdOf({ address, protocol, port }: FrontendPlan): VipId {
  return `${address}/${address.includes(':') ? 128 : 32},${protocol},${port}`;
}

/** The servers of a frontend. */
export function placeNames({ pools }: FrontendPlan): readonly string[] {
  return [...new Set(pools.flatMap(({ backends }) => backends.map(({ name }) => name)))];
}

/** What the config says; null = it has no such place. */
export function weightIn(
  fleet: Fleet,
  place: { frontend: string; pool: string; backend: string },
): number | null {
  const frontend = fleet.frontends.find(({ name }) => name === place.frontend);
  const pool = frontend?.pools.find(({ name }) => name === place.pool);
  return pool?.backends.find(({ name }) => name === place.backend)?.weight ?? null;
}
