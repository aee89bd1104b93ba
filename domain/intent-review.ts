import type { MaglevConfig } from './config.js';
import { type BackendIntent, configuredWeight, type Intents, type WeightIntent } from './operator.js';

/** How long an intent waits for its name to come back into the config. */
export const dormancyMs = 30 * 24 * 3600 * 1000;

/** How many intents wait for names at most. */
export const maxDormant = 10_000;

/** One thing that an operator asked for, in words, for the log. */
export interface NotedIntent {
  /** `pause`, `enable`, `disable` or `weight 10`. */
  readonly asked: string;
  readonly backend: string;
  /** With `pool`, of a weight only. */
  readonly frontend?: string;
  readonly pool?: string;
}

/** What became of the intents under another config. */
export interface IntentReview {
  readonly intents: Intents;
  /** Out of force and forgotten. */
  readonly dropped: readonly (NotedIntent & { readonly why: string })[];
  /** Out of force until the name is back. */
  readonly fellDormant: readonly NotedIntent[];
  /** Their names are back, and they are in force again. */
  readonly woke: readonly NotedIntent[];
}

interface Notes {
  readonly dropped: (NotedIntent & { readonly why: string })[];
  readonly fellDormant: NotedIntent[];
  readonly woke: NotedIntent[];
}

/**
 * The intents under `config`, at `now` (wall time in milliseconds). What was said of a value that the config has
 * changed since is dropped: the config is the later word then. What concerns a name that the config lacks is dormant:
 * a file that lacked a server for a moment must not put it back into service. It waits for `dormancyMs`; when more than
 * `maxDormant` wait, those that have waited longest are dropped.
 */
export function reviewIntents(intents: Intents, config: MaglevConfig, now: number): IntentReview {
  const notes: Notes = { dropped: [], fellDormant: [], woke: [] };
  const backends = new Map<string, BackendIntent>();
  for (const [name, intent] of intents.backends) {
    const next = reviewBackend(name, intent, config, now, notes);
    if (next !== null) backends.set(name, next);
  }
  const weights = intents.weights.flatMap((intent) => reviewWeight(intent, config, now, notes) ?? []);
  return { intents: withinBounds({ backends, weights }, notes), ...notes };
}

function reviewBackend(
  name: string,
  intent: BackendIntent,
  config: MaglevConfig,
  now: number,
  notes: Notes,
): BackendIntent | null {
  const noted = noteBackend(name, intent);
  if (hasExpired(intent, now)) {
    for (const one of noted) notes.dropped.push({ ...one, why: expired });
    return null;
  }
  const backend = config.backends.get(name);
  if (backend === undefined) {
    if (intent.dormantSince === null) notes.fellDormant.push(...noted);
    return asleep(intent, now);
  }
  const { enabled, paused } = intent;
  const overruled = enabled !== null && enabled.configured !== backend.enabled;
  if (overruled) {
    const why = `the config says enabled: ${backend.enabled} now, and said ${enabled.configured} then`;
    notes.dropped.push({ asked: enabled.value ? 'enable' : 'disable', backend: name, why });
  }
  const next = { paused, enabled: overruled ? null : enabled, dormantSince: null };
  if (!next.paused && next.enabled === null) return null;
  if (intent.dormantSince !== null) notes.woke.push(...noteBackend(name, next));
  return next;
}

function reviewWeight(
  intent: WeightIntent,
  config: MaglevConfig,
  now: number,
  notes: Notes,
): WeightIntent | null {
  const noted = noteWeight(intent);
  if (hasExpired(intent, now)) {
    notes.dropped.push({ ...noted, why: expired });
    return null;
  }
  const configured = configuredWeight(config, intent);
  if (configured === null) {
    if (intent.dormantSince === null) notes.fellDormant.push(noted);
    return asleep(intent, now);
  }
  if (configured !== intent.configured) {
    const why = `the config says weight: ${configured} now, and said ${intent.configured} then`;
    notes.dropped.push({ ...noted, why });
    return null;
  }
  if (intent.dormantSince !== null) notes.woke.push(noted);
  return { ...intent, dormantSince: null };
}

const expired = 'what it is about has not been in the config for 30 days';

interface MayBeDormant {
  readonly dormantSince: number | null;
}

function hasExpired({ dormantSince }: MayBeDormant, now: number): boolean {
  return dormantSince !== null && now - dormantSince >= dormancyMs;
}

/** No machine runs this before; one whose clock has not been set yet may believe so: the first moment of 2026. */
const earliest = 1_767_225_600_000;

/** A clock that is behind must not make it wait less. */
function asleep<T extends MayBeDormant>(intent: T, now: number): T {
  return { ...intent, dormantSince: intent.dormantSince ?? Math.max(now, earliest) };
}

/** Drops the dormant ones that have waited longest while there are more than `maxDormant`. */
function withinBounds({ backends, weights }: Intents, { dropped }: Notes): Intents {
  const waiting: MayBeDormant[] = [...backends.values(), ...weights].filter(
    ({ dormantSince }) => dormantSince !== null,
  );
  if (waiting.length <= maxDormant) return { backends, weights };
  const newestFirst = waiting.sort((a, b) => (b.dormantSince ?? 0) - (a.dormantSince ?? 0));
  const gone = new Set(newestFirst.slice(maxDormant));
  const left = {
    backends: new Map([...backends].filter(([, intent]) => !gone.has(intent))),
    weights: weights.filter((intent) => !gone.has(intent)),
  };
  const noted = [
    ...[...backends].flatMap(([name, intent]) => (gone.has(intent) ? noteBackend(name, intent) : [])),
    ...weights.flatMap((intent) => (gone.has(intent) ? [noteWeight(intent)] : [])),
  ];
  const why = `more than ${maxDormant} wait for names that the config lacks, and this one has waited longest`;
  dropped.push(...noted.map((one) => ({ ...one, why })));
  return left;
}

function noteBackend(backend: string, { paused, enabled }: BackendIntent): NotedIntent[] {
  const asked = [
    ...(enabled === null ? [] : [enabled.value ? 'enable' : 'disable']),
    ...(paused ? ['pause'] : []),
  ];
  return asked.map((one) => ({ asked: one, backend }));
}

function noteWeight({ frontend, pool, backend, weight }: WeightIntent): NotedIntent {
  return { asked: `weight ${weight}`, backend, frontend, pool };
}
