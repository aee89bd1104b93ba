import { nameText } from '../domain/name.js';
import type { FrontendInfo, PoolBackendInfo } from '../rpc/generated/maglev.js';

/** Servers that would get no new flows any more: a backend everywhere, or only in one pool of one frontend. */
export interface Leaving {
  readonly backends: ReadonlySet<string>;
  readonly frontend?: string;
  readonly pool?: string;
}

/**
 * Frontends that somebody serves now, and nobody will when these leave. Of a server without a verdict, what VPP has is
 * kept, so that it serves with the weight that it has there.
 */
export function leftAlone(frontends: readonly FrontendInfo[], leaving: Leaving): readonly string[] {
  return frontends
    .filter(({ name }) => leaving.frontend === undefined || leaving.frontend === name)
    .filter(({ pools }) => {
      const all = pools.flatMap((pool) => pool.backends.map((backend) => ({ pool: pool.name, backend })));
      const stays = all.filter(
        ({ pool, backend }) =>
          !(leaving.backends.has(backend.name) && (leaving.pool === undefined || leaving.pool === pool)),
      );
      return all.some(({ backend }) => canServe(backend)) && !stays.some(({ backend }) => canServe(backend));
    })
    .map(({ name }) => name);
}

function canServe({ state, weight, effectiveWeight, vppWeight }: PoolBackendInfo): boolean {
  if (effectiveWeight === undefined) return (vppWeight ?? 0) > 0;
  return state === 'up' && weight > 0;
}

/** `frontend shop` or `frontends api and shop` */
export function frontendNames(names: readonly string[]): string {
  const texts = names.map(nameText);
  const last = texts.at(-1) ?? '';
  return texts.length === 1 ? `frontend ${last}` : `frontends ${texts.slice(0, -1).join(', ')} and ${last}`;
}
