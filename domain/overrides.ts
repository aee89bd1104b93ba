import type { MaglevConfig } from './config.js';
import { notedIntent } from './intent-review.js';
import { configuredFor, type Intent, type Intents } from './operator.js';

/** Where what an operator asked for counts instead of the config, for people. */
export interface Override {
  /** `pause`, `enable`, `disable` or `weight 10`. */
  readonly asked: string;
  readonly backend: string;
  /** Both null but for a weight. */
  readonly frontend: string | null;
  readonly pool: string | null;
  /** When it was asked, and by whom; null = nobody knows. */
  readonly at: number | null;
  readonly peer: string | null;
  /** Since when the config lacks its name, so that it is out of force; null = it is in force. */
  readonly dormantSince: number | null;
  /** `enabled: true`, `weight: 100`; as it was when it was asked, where the config lacks the name now. */
  readonly configSays: string;
  /** What is otherwise because of it. */
  readonly effect: string;
  /** The frontends in which it is, sorted; none while it is out of force. */
  readonly frontends: readonly string[];
}

/** Each override, by backend, frontend and pool. They must have been reviewed under this config. */
export function overridesOf(intents: Intents, config: MaglevConfig): Override[] {
  return [...intents.values()].map((intent) => overrideOf(intent, config)).sort(byPlace);
}

function overrideOf(intent: Intent, config: MaglevConfig): Override {
  const { kind, backend, at, peer, dormantSince } = intent;
  const { asked, frontend = null, pool = null } = notedIntent(intent);
  const says = configuredFor(config, intent) ?? intent.configured;
  const frontends =
    dormantSince !== null ? [] : kind === 'weight' ? [intent.frontend] : using(backend, config);
  return {
    asked,
    backend,
    frontend,
    pool,
    at,
    peer,
    dormantSince,
    configSays: kind === 'paused' ? 'nothing' : `${kind}: ${says}`,
    effect: dormantSince === null ? effectOf(intent) : 'none: the config lacks the name',
    frontends,
  };
}

function effectOf(intent: Intent): string {
  switch (intent.kind) {
    case 'paused':
      return 'not probed, weight 0, flows go on';
    case 'enabled':
      return intent.value ? 'probed, and served when it is up' : 'not probed, weight 0, flows cut';
    case 'weight':
      return `weight ${intent.value} instead of ${intent.configured}, while it is up in the active pool`;
  }
}

function using(backend: string, { frontends }: MaglevConfig): string[] {
  return [...frontends]
    .filter(([, { pools }]) => pools.some(({ backends }) => backends.some(({ name }) => name === backend)))
    .map(([name]) => name)
    .sort();
}

function byPlace(a: Override, b: Override): number {
  const keys = (one: Override) => [one.backend, one.frontend ?? '', one.pool ?? '', one.asked];
  const [left, right] = [keys(a), keys(b)];
  const i = left.findIndex((key, at) => key !== right[at]);
  return i < 0 ? 0 : (left[i] ?? '') < (right[i] ?? '') ? -1 : 1;
}
