import { type Either, left, right } from 'fp-ts/lib/Either.js';
import type { Frontend, MaglevConfig } from './config.js';
import { MaglevError } from './errors.js';

/** An intent whose name the config lacks is kept, and out of force. */
interface Lasting {
  /** Since when, in milliseconds of the wall clock; null = it is in force. */
  readonly dormantSince: number | null;
}

/** What an operator asked for one backend. */
export interface BackendIntent extends Lasting {
  readonly paused: boolean;
  /** His word on `enabled`; null = the config's counts. `configured` is what the config said when he spoke. */
  readonly enabled: { readonly value: boolean; readonly configured: boolean } | null;
}

/** What an operator asked for the weight of one backend in one pool. */
export interface WeightIntent extends Lasting {
  readonly frontend: string;
  readonly pool: string;
  readonly backend: string;
  readonly weight: number;
  /** What the config said when he spoke. */
  readonly configured: number;
}

/** Everything that operators asked for and that still holds, or waits for its name to come back. */
export interface Intents {
  readonly backends: ReadonlyMap<string, BackendIntent>;
  readonly weights: readonly WeightIntent[];
}

export const noIntents: Intents = { backends: new Map(), weights: [] };

export function sameIntents(a: Intents, b: Intents): boolean {
  return a === b || textOf(a) === textOf(b);
}

function textOf({ backends, weights }: Intents): string {
  return JSON.stringify([[...backends], weights]);
}

/** The config as it counts: with what operators asked for worked in. */
export interface Effective {
  readonly config: MaglevConfig;
  readonly paused: ReadonlySet<string>;
}

export type BackendAction = 'pause' | 'resume' | 'enable' | 'disable';

export interface WeightChange {
  readonly frontend: string;
  readonly pool: string;
  readonly backend: string;
  /** 0..100. */
  readonly weight: number;
}

/** `config` with the intents worked in. They must have been reviewed under it: see intent-review.ts. */
export function effective(intents: Intents, config: MaglevConfig): Effective {
  const backends = new Map(config.backends);
  const paused = new Set<string>();
  for (const [name, intent] of intents.backends) {
    const backend = backends.get(name);
    if (backend === undefined) continue;
    if (intent.enabled !== null) backends.set(name, { ...backend, enabled: intent.enabled.value });
    if (intent.paused) paused.add(name);
  }
  const frontends = new Map(config.frontends);
  for (const intent of intents.weights) {
    const frontend = frontends.get(intent.frontend);
    if (frontend !== undefined) frontends.set(intent.frontend, withWeight(frontend, intent));
  }
  return { config: { ...config, backends, frontends }, paused };
}

/**
 * What an action on a backend leaves. Idempotent: an action whose end is reached already changes nothing. Pausing or
 * resuming a disabled backend is refused (MGL_BACKEND_DISABLED), because neither would have an effect.
 */
export function actOnBackend(
  intents: Intents,
  config: MaglevConfig,
  name: string,
  action: BackendAction,
): Either<MaglevError, Intents> {
  const backend = config.backends.get(name);
  if (backend === undefined) {
    return left(new MaglevError('MGL_BACKEND_UNKNOWN', `backend "${name}" is not in the config`));
  }
  const before = intents.backends.get(name) ?? untouched;
  const isEnabled = before.enabled?.value ?? backend.enabled;
  if (!isEnabled && (action === 'pause' || action === 'resume')) {
    return left(
      new MaglevError('MGL_BACKEND_DISABLED', `backend "${name}" is disabled: it cannot be ${action}d`),
    );
  }
  const next = ((): BackendIntent => {
    switch (action) {
      case 'pause':
        return { ...before, paused: true };
      case 'resume':
        return { ...before, paused: false };
      case 'enable':
        return isEnabled ? before : { ...untouched, enabled: word(true, backend.enabled) };
      case 'disable':
        return isEnabled ? { ...untouched, enabled: word(false, backend.enabled) } : before;
    }
  })();
  const backends = new Map(intents.backends);
  if (next.paused || next.enabled !== null) backends.set(name, next);
  else backends.delete(name);
  return right({ ...intents, backends });
}

/** What setting a weight leaves. MGL_FRONTEND_UNKNOWN, MGL_POOL_UNKNOWN, MGL_BACKEND_UNKNOWN, MGL_REQUEST_INVALID. */
export function setWeight(
  intents: Intents,
  config: MaglevConfig,
  change: WeightChange,
): Either<MaglevError, Intents> {
  const { frontend: frontendName, pool: poolName, backend, weight } = change;
  if (!Number.isInteger(weight) || weight < 0 || weight > 100) {
    return left(
      new MaglevError('MGL_REQUEST_INVALID', `${weight} is no weight: use a whole number from 0 to 100`),
    );
  }
  const frontend = config.frontends.get(frontendName);
  if (frontend === undefined) {
    return left(new MaglevError('MGL_FRONTEND_UNKNOWN', `frontend "${frontendName}" is not in the config`));
  }
  if (!frontend.pools.some(({ name }) => name === poolName)) {
    const advice = `List its pools with \`maglevc show frontend ${frontendName}\`.`;
    const text = `frontend "${frontendName}" has no pool "${poolName}"`;
    return left(new MaglevError('MGL_POOL_UNKNOWN', text, { advice }));
  }
  const configured = configuredWeight(config, change);
  if (configured === null) {
    const text = `pool "${poolName}" of frontend "${frontendName}" has no backend "${backend}"`;
    const advice = `List its pools and their backends with \`maglevc show frontend ${frontendName}\`.`;
    return left(new MaglevError('MGL_BACKEND_UNKNOWN', text, { advice }));
  }
  const others = intents.weights.filter((intent) => !samePlace(intent, change));
  const mine = { frontend: frontendName, pool: poolName, backend, weight, configured, dormantSince: null };
  return right({ ...intents, weights: weight === configured ? others : [...others, mine] });
}

const untouched: BackendIntent = { paused: false, enabled: null, dormantSince: null };

/** His word; none when it only repeats the config. */
function word(value: boolean, configured: boolean): BackendIntent['enabled'] {
  return value === configured ? null : { value, configured };
}

type Place = Pick<WeightChange, 'frontend' | 'pool' | 'backend'>;

function samePlace(a: Place, b: Place): boolean {
  return a.frontend === b.frontend && a.pool === b.pool && a.backend === b.backend;
}

/** null when the config lacks that place. */
export function configuredWeight(config: MaglevConfig, { frontend, pool, backend }: Place): number | null {
  const found = config.frontends
    .get(frontend)
    ?.pools.find(({ name }) => name === pool)
    ?.backends.find(({ name }) => name === backend);
  return found?.weight ?? null;
}

function withWeight(frontend: Frontend, intent: WeightIntent): Frontend {
  const pools = frontend.pools.map((pool) => {
    if (pool.name !== intent.pool) return pool;
    const backends = pool.backends.map((one) =>
      one.name === intent.backend ? { ...one, weight: intent.weight, overridden: intent.configured } : one,
    );
    return { ...pool, backends };
  });
  return { ...frontend, pools };
}
