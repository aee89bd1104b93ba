import { type Either, left, right } from 'fp-ts/lib/Either.js';
import type { Frontend, MaglevConfig } from './config.js';
import { unknownBackend, unknownFrontend, unknownName } from './did-you-mean.js';
import { MaglevError } from './errors.js';
import { isWeight, MAX_WEIGHT } from './lb.js';

/** Who asked for it, and when. */
export interface Asked {
  /** Milliseconds of the wall clock; null = an older maglevd kept it, which did not write that down. */
  readonly at: number | null;
  /** The client's address and port, or `unix`; null = nobody knows. */
  readonly peer: string | null;
}

interface Lasting extends Asked {
  readonly backend: string;
  /** Since when the config lacks its name, so that it is out of force; milliseconds of the wall clock; null = it is in force. */
  readonly dormantSince: number | null;
}

/** What an operator asked for and that differs from the config. `configured` is what the config said when he spoke. */
export type Intent =
  | (Lasting & { readonly kind: 'paused'; readonly value: true; readonly configured: false })
  | (Lasting & { readonly kind: 'enabled'; readonly value: boolean; readonly configured: boolean })
  | (Lasting &
      WeightPlace & { readonly kind: 'weight'; readonly value: number; readonly configured: number });

interface WeightPlace {
  readonly frontend: string;
  readonly pool: string;
  readonly backend: string;
}

/** What an intent is about: of two with the same subject only one can hold. */
export type Subject = string;

/** Everything that operators asked for and that still holds, or waits for its name to come back. */
export type Intents = ReadonlyMap<Subject, Intent>;

export const noIntents: Intents = new Map();

export type BackendAction = 'pause' | 'resume' | 'enable' | 'disable';

export interface WeightChange extends WeightPlace {
  /** 0..100. */
  readonly weight: number;
}

export function subjectOf(
  intent:
    | { readonly kind: 'paused' | 'enabled'; readonly backend: string }
    | ({ kind: 'weight' } & WeightPlace),
): Subject {
  const { kind, backend } = intent;
  return JSON.stringify(kind === 'weight' ? [kind, intent.frontend, intent.pool, backend] : [kind, backend]);
}

/** What an action speaks of: whoever disables a backend ends its pause, too; the others say nothing of what is not theirs. */
export function actionSubjects(backend: string, action: BackendAction): readonly Subject[] {
  const enabled = subjectOf({ kind: 'enabled', backend });
  const paused = subjectOf({ kind: 'paused', backend });
  if (action === 'disable') return [enabled, paused];
  return [action === 'enable' ? enabled : paused];
}

export function intentsOf(list: readonly Intent[]): Intents {
  return new Map(list.map((intent) => [subjectOf(intent), intent]));
}

export function sameIntents(a: Intents, b: Intents): boolean {
  return a === b || JSON.stringify([...a]) === JSON.stringify([...b]);
}

/**
 * `found`, which came to light only after operators had said more: `now`, about `said`. The later word counts, also
 * where it took something back and left nothing.
 */
export function mergeIntents(found: Intents, now: Intents, said: ReadonlySet<Subject>): Intents {
  const earlier = [...found].filter(([subject]) => !said.has(subject));
  const later = [...now].filter(([subject]) => said.has(subject));
  return new Map([...earlier, ...later]);
}

/** The config as it counts: with what operators asked for worked in. */
export interface Effective {
  readonly config: MaglevConfig;
  readonly paused: ReadonlySet<string>;
}

/** `config` with the intents worked in. They must have been reviewed under it: see intent-review.ts. */
export function effective(intents: Intents, config: MaglevConfig): Effective {
  if (intents.size === 0) return { config, paused: new Set() };
  const backends = new Map(config.backends);
  const frontends = new Map(config.frontends);
  const paused = new Set<string>();
  for (const intent of intents.values()) {
    const backend = backends.get(intent.backend);
    if (backend === undefined) continue;
    if (intent.kind === 'paused') paused.add(intent.backend);
    else if (intent.kind === 'enabled') backends.set(intent.backend, { ...backend, enabled: intent.value });
    else {
      const frontend = frontends.get(intent.frontend);
      if (frontend !== undefined) frontends.set(intent.frontend, withWeight(frontend, intent));
    }
  }
  return { config: { ...config, backends, frontends }, paused };
}

const unknown: Asked = { at: null, peer: null };

/**
 * What an action on a backend leaves. Idempotent: an action whose end is reached already changes nothing. Pausing or
 * resuming a disabled backend is refused (MGL_BACKEND_DISABLED), because neither would have an effect.
 */
export function actOnBackend(
  intents: Intents,
  config: MaglevConfig,
  name: string,
  action: BackendAction,
  asked: Asked = unknown,
): Either<MaglevError, Intents> {
  const backend = config.backends.get(name);
  if (backend === undefined) {
    return left(unknownBackend(name, config.backends.keys()));
  }
  const word = intents.get(subjectOf({ kind: 'enabled', backend: name }));
  const isEnabled = word?.kind === 'enabled' ? word.value : backend.enabled;
  const lasting = { backend: name, dormantSince: null, ...asked };
  const paused: Intent = { kind: 'paused', value: true, configured: false, ...lasting };
  if (action === 'pause' || action === 'resume') {
    if (!isEnabled) {
      const text = `backend "${name}" is disabled: it cannot be ${action}d`;
      return left(new MaglevError('MGL_BACKEND_DISABLED', text));
    }
    return right(action === 'pause' ? having(intents, paused) : without(intents, paused));
  }
  const value = action === 'enable';
  if (value === isEnabled) return right(intents);
  const enabled: Intent = { kind: 'enabled', value, configured: backend.enabled, ...lasting };
  return right(having(without(intents, paused), enabled));
}

/** What setting a weight leaves. MGL_FRONTEND_UNKNOWN, MGL_POOL_UNKNOWN, MGL_BACKEND_UNKNOWN, MGL_REQUEST_INVALID. */
export function setWeight(
  intents: Intents,
  config: MaglevConfig,
  change: WeightChange,
  asked: Asked = unknown,
): Either<MaglevError, Intents> {
  const { weight: value, ...place } = change;
  const { frontend: frontendName, pool, backend } = place;
  if (!isWeight(value)) {
    const text = `${value} is no weight: use a whole number from 0 to ${MAX_WEIGHT}`;
    return left(new MaglevError('MGL_REQUEST_INVALID', text));
  }
  const frontend = config.frontends.get(frontendName);
  if (frontend === undefined) {
    return left(unknownFrontend(frontendName, config.frontends.keys()));
  }
  const found = frontend.pools.find(({ name }) => name === pool);
  if (found === undefined) {
    const advice = `List its pools with \`maglevc show frontend ${frontendName}\`.`;
    const text = `frontend "${frontendName}" has no pool "${pool}"`;
    const known = frontend.pools.map(({ name }) => name);
    return left(unknownName('MGL_POOL_UNKNOWN', text, pool, known, advice));
  }
  const configured = configuredWeight(config, place);
  if (configured === null) {
    const text = `pool "${pool}" of frontend "${frontendName}" has no backend "${backend}"`;
    const advice = `List its pools and their backends with \`maglevc show frontend ${frontendName}\`.`;
    const known = found.backends.map(({ name }) => name);
    return left(unknownName('MGL_BACKEND_UNKNOWN', text, backend, known, advice));
  }
  return right(
    having(intents, { kind: 'weight', ...place, value, configured, dormantSince: null, ...asked }),
  );
}

/** What the config says of what an intent is about; null when it lacks that name. */
export function configuredFor(config: MaglevConfig, intent: Intent): boolean | number | null {
  if (intent.kind === 'weight') return configuredWeight(config, intent);
  const backend = config.backends.get(intent.backend);
  if (backend === undefined) return null;
  return intent.kind === 'enabled' ? backend.enabled : false;
}

function configuredWeight(config: MaglevConfig, { frontend, pool, backend }: WeightPlace): number | null {
  const found = config.frontends
    .get(frontend)
    ?.pools.find(({ name }) => name === pool)
    ?.backends.find(({ name }) => name === backend);
  return found?.weight ?? null;
}

/** A word that only repeats the config is none. One that is there already stays, with the moment when it was asked. */
function having(intents: Intents, intent: Intent): Intents {
  if (intent.value === intent.configured) return without(intents, intent);
  const subject = subjectOf(intent);
  const before = intents.get(subject);
  const isThere = before?.value === intent.value && before.configured === intent.configured;
  return isThere && before.dormantSince === null ? intents : new Map([...intents, [subject, intent]]);
}

function without(intents: Intents, intent: Intent): Intents {
  const subject = subjectOf(intent);
  return intents.has(subject) ? new Map([...intents].filter(([one]) => one !== subject)) : intents;
}

function withWeight(frontend: Frontend, intent: Intent & { readonly kind: 'weight' }): Frontend {
  const pools = frontend.pools.map((pool) => {
    if (pool.name !== intent.pool) return pool;
    const backends = pool.backends.map((one) =>
      one.name === intent.backend ? { ...one, weight: intent.value, overridden: intent.configured } : one,
    );
    return { ...pool, backends };
  });
  return { ...frontend, pools };
}
