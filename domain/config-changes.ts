import { type BackendRules, beginsAnew } from './backend-life.js';
import type { ConfigVerdict, MaglevConfig } from './config.js';
import {
  backendValues,
  frontendValues,
  healthCheckValues,
  settingValues,
  type Values,
} from './config-values.js';
import { atOnce, type Piecemeal } from './turns.js';
import { comparingVips, type VipChanges } from './vip-changes.js';

/** One thing of a config that another config has not, or has otherwise. */
export interface ConfigChange {
  readonly how: 'added' | 'removed' | 'changed';
  readonly what: 'frontend' | 'backend' | 'healthcheck' | 'setting';
  /** Of a setting its key: `vpp.lb.flow-timeout`. */
  readonly name: string;
  /** What differs; none for what is added or removed. */
  readonly values: readonly ValueChange[];
}

/** Keys and values as the file writes them; '' = none. */
export interface ValueChange {
  readonly key: string;
  readonly before: string;
  readonly after: string;
}

/** What makes one config another, and what follows from it for traffic. */
export interface ConfigChanges {
  /** Frontends, backends, health checks, settings; of each first what the earlier config has, in its order. */
  readonly changes: readonly ConfigChange[];
  readonly vips: VipChanges;
  /** Backends that are in both, and whose verdict begins anew. */
  readonly begunAnew: readonly string[];
}

/** What a config that takes the place of another one changes. No changes: the two mean the same. */
export function configChanges(before: MaglevConfig, after: MaglevConfig): ConfigChanges {
  return atOnce(comparing(before, after));
}

/** Backends that are compared before others have their turn: a few milliseconds. */
export const COMPARED_A_TURN = 200;

/** A frontend takes as long as so many backends. */
const FRONTEND = 5;

/** The same piece by piece, in backends: ten thousand take a quarter of a second. */
export function* comparing(before: MaglevConfig, after: MaglevConfig): Piecemeal<ConfigChanges> {
  const changes = [
    ...(yield* sectionChanges('frontend', FRONTEND, before.frontends, after.frontends, frontendValues)),
    ...(yield* sectionChanges('backend', 1, before.backends, after.backends, backendValues)),
    ...(yield* sectionChanges('healthcheck', 1, before.healthchecks, after.healthchecks, healthCheckValues)),
    ...valueChanges(settingValues(before), settingValues(after)).map((value): ConfigChange => {
      return { how: 'changed', what: 'setting', name: value.key, values: [value] };
    }),
  ];
  const vips = yield* comparingVips(before, after, FRONTEND);
  const begunAnew: string[] = [];
  for (const name of before.backends.keys()) {
    const [was, is] = [rulesOf(before, name), rulesOf(after, name)];
    if (was !== null && is !== null && beginsAnew(was, is)) begunAnew.push(name);
    yield 1;
  }
  return { changes, vips, begunAnew };
}

function* sectionChanges<T>(
  what: ConfigChange['what'],
  pieces: number,
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  valuesOf: (thing: T) => Values,
): Piecemeal<ConfigChange[]> {
  const found: ConfigChange[] = [];
  for (const [name, thing] of before) {
    const other = after.get(name);
    if (other === undefined) found.push({ how: 'removed', what, name, values: [] });
    else {
      const values = valueChanges(valuesOf(thing), valuesOf(other));
      if (values.length > 0) found.push({ how: 'changed', what, name, values });
    }
    yield pieces;
  }
  for (const name of after.keys()) {
    if (!before.has(name)) found.push({ how: 'added', what, name, values: [] });
  }
  return found;
}

function valueChanges(before: Values, after: Values): ValueChange[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((key) => ({ key, before: before.get(key) ?? '', after: after.get(key) ?? '' }))
    .filter((value) => value.before !== value.after);
}

/** By the config alone: what operators have said is not in it. */
function rulesOf({ backends, healthchecks, healthchecker }: MaglevConfig, name: string): BackendRules | null {
  const backend = backends.get(name);
  if (backend === undefined) return null;
  const { address, healthcheck, enabled } = backend;
  const check = healthcheck === null ? null : (healthchecks.get(healthcheck) ?? null);
  return { address, check, enabled, paused: false, historyLength: healthchecker.transitionHistory };
}

/** Why a file is read: to be looked at only, to be checked, or to be run. */
export type ConfigPurpose = 'look' | 'check' | 'reload';

/** How a refusal begins that is none of the file itself. */
const prefaces: Readonly<Record<ConfigPurpose, string>> = {
  look: 'a reload would be refused: ',
  check: 'valid, but a reload would be refused: ',
  reload: '',
};

/**
 * A running load balancer does not lose its last VIP by a reload: a file that was cut off while it was written is
 * valid YAML, and would take every service down.
 */
export function withFrontends(
  verdict: ConfigVerdict,
  running: MaglevConfig,
  file: string,
  purpose: ConfigPurpose,
): ConfigVerdict {
  const before = running.frontends.size;
  if (!verdict.ok || verdict.config.frontends.size > 0 || before === 0) return verdict;
  const message = `${prefaces[purpose]}there are no frontends, but ${before} are running: a reload does not remove them all; restart maglevd to do that`;
  const place = { file, line: 0, column: 0 };
  const issues = [{ place, path: 'maglev.frontends', message }];
  return { ok: false, stage: 'semantic', issues, warnings: verdict.warnings };
}
