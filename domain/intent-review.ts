import type { MaglevConfig } from './config.js';
import { configuredFor, type Intent, type Intents, type Subject } from './operator.js';

/** How long an intent waits for its name to come back into the config. */
export const DORMANCY_MS = 30 * 24 * 3600 * 1000;

/** How many intents wait for names at most. */
export const MAX_DORMANT = 10_000;

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

/** No machine runs this before; one whose clock has not been set yet may believe so: the first moment of 2026. */
const EARLIEST = 1_767_225_600_000;

/**
 * The intents under `config`, at `now` (wall time in milliseconds). What was said of a value that the config has
 * changed since is dropped: the config is the later word then. What concerns a name that the config lacks is dormant:
 * a file that lacked a server for a moment must not put it back into service. It waits for `DORMANCY_MS`; when more than
 * `MAX_DORMANT` wait, those that have waited longest are dropped.
 */
export function reviewIntents(intents: Intents, config: MaglevConfig, now: number): IntentReview {
  const left = new Map<Subject, Intent>();
  const dropped: (NotedIntent & { why: string })[] = [];
  const fellDormant: NotedIntent[] = [];
  const woke: NotedIntent[] = [];
  for (const [subject, intent] of intents) {
    const { kind, configured, dormantSince } = intent;
    const noted = notedIntent(intent);
    const says = configuredFor(config, intent);
    if (dormantSince !== null && now - dormantSince >= DORMANCY_MS) {
      dropped.push({ ...noted, why: 'what it is about has not been in the config for 30 days' });
    } else if (says === null) {
      if (dormantSince === null) fellDormant.push(noted);
      // A clock that is behind must not make it wait less.
      left.set(subject, { ...intent, dormantSince: dormantSince ?? Math.max(now, EARLIEST) });
    } else if (says !== configured) {
      dropped.push({ ...noted, why: `the config says ${kind}: ${says} now, and said ${configured} then` });
    } else {
      if (dormantSince !== null) woke.push(noted);
      left.set(subject, { ...intent, dormantSince: null });
    }
  }
  for (const [subject, intent] of overdue(left)) {
    left.delete(subject);
    const why = `more than ${MAX_DORMANT} wait for names that the config lacks, and this one has waited longest`;
    dropped.push({ ...notedIntent(intent), why });
  }
  return { intents: left, dropped, fellDormant, woke };
}

/** Those dormant ones that are too many, in the order of the intents. */
function overdue(intents: Intents): [Subject, Intent][] {
  const dormant = [...intents].filter(([, { dormantSince }]) => dormantSince !== null);
  if (dormant.length <= MAX_DORMANT) return [];
  const newestFirst = [...dormant].sort(([, a], [, b]) => (b.dormantSince ?? 0) - (a.dormantSince ?? 0));
  const gone = new Set(newestFirst.slice(MAX_DORMANT).map(([subject]) => subject));
  return dormant.filter(([subject]) => gone.has(subject));
}

/** What was asked for, in the words of maglevc. */
export function notedIntent(intent: Intent): NotedIntent {
  const { backend } = intent;
  switch (intent.kind) {
    case 'paused':
      return { asked: 'pause', backend };
    case 'enabled':
      return { asked: intent.value ? 'enable' : 'disable', backend };
    case 'weight':
      return { asked: `weight ${intent.value}`, backend, frontend: intent.frontend, pool: intent.pool };
  }
}
