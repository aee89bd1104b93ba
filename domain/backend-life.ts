import type { HealthCheck } from './config.js';
import type { BackendState } from './health.js';
import { type IpAddress, ipFamily } from './ip.js';
import type { RememberedProbe } from './probe-numbers.js';
import type { ProbeResult } from './probe-result.js';
import { count, refitted, type Standing, undecided, verdictOf } from './rise-fall.js';
import { sharedText } from './text-pool.js';

/** What the config and the operator say about a backend. */
export interface BackendRules {
  readonly address: IpAddress;
  /** null = not probed, always up. */
  readonly check: HealthCheck | null;
  readonly enabled: boolean;
  readonly paused: boolean;
  /** Transitions to remember, >= 1. */
  readonly historyLength: number;
}

export interface Transition {
  readonly from: BackendState;
  readonly to: BackendState;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What decided it; null when it was not a probe. */
  readonly result: ProbeResult | null;
  readonly reason: string;
}

/** All that is known of a backend. A value: every event makes a new one. */
export interface BackendLife {
  readonly state: BackendState;
  /** Since when it is in that state, milliseconds since the epoch. */
  readonly since: number;
  readonly standing: Standing;
  /** Newest first. */
  readonly history: readonly Transition[];
  /** The last probe, whatever came of it. */
  readonly last: { readonly at: number; readonly result: ProbeResult } | null;
  /** Since when our own trouble keeps us from measuring; its standing is frozen meanwhile. null: we can measure. */
  readonly doubt: { readonly since: number; readonly result: ProbeResult } | null;
}

/** A backend that has just come into the config. */
export function born(rules: BackendRules, now: number): BackendLife {
  const standing = standingAtFirst(rules);
  const state = stateUnder(rules, standing);
  return { state, since: now, standing, history: [], last: null, doubt: null };
}

/** Is it to be probed? */
export function isProbed(rules: BackendRules): boolean {
  return rules.check !== null && rules.enabled && !rules.paused;
}

/** A probe ended. What comes for a backend that is not probed (any more) changes nothing. */
export function observed(
  life: BackendLife,
  rules: BackendRules,
  result: ProbeResult,
  now: number,
): BackendLife {
  const standing =
    rules.check === null || result.verdict === 'doubt'
      ? life.standing
      : count(rules.check, life.standing, result.verdict === 'pass');
  return informed(life, rules, { result, standing }, now);
}

/** As observed(), where somebody else has counted. */
export function informed(
  life: BackendLife,
  rules: BackendRules,
  { result, standing }: { readonly result: ProbeResult; readonly standing: Standing },
  now: number,
): BackendLife {
  if (rules.check === null || !isProbed(rules) || life.state === 'removed') return life;
  const last = { at: now, result };
  if (result.verdict === 'doubt') {
    return withParts(life, { last, doubt: { since: life.doubt?.since ?? now, result } });
  }
  const next = withParts(life, { standing, last, doubt: null });
  return moved(next, rules, now, { result, reason: sharedText(`${result.code} ${result.detail}`.trim()) });
}

/** With the last probe as its numbers have it, which are newer than what was told: that is what has changed. */
export function withLast(life: BackendLife, remembered: RememberedProbe | null): BackendLife {
  const { last } = life;
  if (last === null || remembered === null || remembered.at < last.at) return life;
  // What was told is still under way.
  if (remembered.code !== last.result.code) return life;
  const result = { ...last.result, durationMs: remembered.durationMs };
  return withParts(life, { last: { at: remembered.at, result } });
}

/**
 * The operator or the config said something else. What is no longer paused or disabled, is asked something else or from
 * elsewhere, or has another address, is known no more: it begins at unknown. Where only the pace or the counting is
 * another, what was measured is still true: the state stays, and the counter is fitted to the new rules. History is kept.
 */
export function ruled(
  life: BackendLife,
  change: { readonly before: BackendRules; readonly after: BackendRules; readonly reason: string },
  now: number,
): BackendLife {
  const { before, after, reason } = change;
  const anew = beginsAnew(before, after);
  const standing = anew ? standingAtFirst(after) : standingUnder(before, after, life.standing);
  // Nobody is to be measured who is not probed: what kept us from it is no matter any more.
  const doubt = anew || !isProbed(after) ? null : life.doubt;
  const history = life.history.slice(0, after.historyLength);
  return moved(withParts(life, { standing, doubt, history }), after, now, { result: null, reason });
}

/** It is gone from the config. */
export function departed(life: BackendLife, rules: BackendRules, now: number): BackendLife {
  return transit(withParts(life, { doubt: null }), rules, 'removed', now, {
    result: null,
    reason: 'removed from the config',
  });
}

/** Does what is known of it say nothing any more? */
export function beginsAnew(before: BackendRules, after: BackendRules): boolean {
  if (!isProbed(after)) return false;
  return (
    !isProbed(before) ||
    before.address !== after.address ||
    !sameQuestion(before.check, after.check, after.address)
  );
}

/**
 * Would the same be asked of the server, and from the same place? How often, how patiently and how the answers are
 * counted does not matter.
 */
function sameQuestion(a: HealthCheck | null, b: HealthCheck | null, address: IpAddress): boolean {
  if (a === null || b === null || a === b) return a === b;
  const source = ipFamily(address) === 4 ? 'probeIpv4Source' : 'probeIpv6Source';
  return a[source] === b[source] && alike(a.probe, b.probe, JSON.stringify);
}

/** Would the same probes be sent, and counted in the same way? The name of a check does not matter. */
export function sameCheck(a: HealthCheck | null, b: HealthCheck | null): boolean {
  if (a === null || b === null) return a === b;
  return alike(a, b, (check) => JSON.stringify({ ...check, name: '' }));
}

function alike<T extends object>(a: T, b: T, text: (value: T) => string): boolean {
  if (a === b) return true;
  const known = compared.get(a)?.get(b);
  if (known !== undefined) return known;
  const same = text(a) === text(b);
  const others = compared.get(a) ?? new WeakMap<object, boolean>();
  compared.set(a, others.set(b, same));
  return same;
}

/** Thousands of backends share a check, which is a value: two of them are compared once. */
const compared = new WeakMap<object, WeakMap<object, boolean>>();

type Cause = Pick<Transition, 'result' | 'reason'>;

function standingAtFirst({ check }: BackendRules): Standing {
  return undecided(check ?? { rise: 1, fall: 1 });
}

/** The standing of a backend that does not begin anew. */
function standingUnder(before: BackendRules, after: BackendRules, standing: Standing): Standing {
  if (after.check === null || before.check === null) return standingAtFirst(after);
  return refitted(before.check, after.check, standing);
}

function stateUnder(rules: BackendRules, standing: Standing): BackendState {
  if (!rules.enabled) return 'disabled';
  if (rules.paused) return 'paused';
  return rules.check === null ? 'up' : verdictOf(rules.check, standing);
}

function moved(life: BackendLife, rules: BackendRules, now: number, cause: Cause): BackendLife {
  return transit(life, rules, stateUnder(rules, life.standing), now, cause);
}

function transit(
  life: BackendLife,
  rules: BackendRules,
  to: BackendState,
  now: number,
  cause: Cause,
): BackendLife {
  if (to === life.state) return life;
  // Written out: a copy by spread takes half as much memory again.
  const { result, reason } = cause;
  const transition = { from: life.state, to, at: now, result, reason };
  const history = [transition, ...life.history].slice(0, rules.historyLength);
  return withParts(life, { state: to, since: now, history });
}

/** Another life that is the same but for this. Written out, as there is one for each of thousands. */
function withParts(life: BackendLife, parts: Partial<BackendLife>): BackendLife {
  const { state, since, standing, history, last, doubt } = life;
  return {
    state: parts.state ?? state,
    since: parts.since ?? since,
    standing: parts.standing ?? standing,
    history: parts.history ?? history,
    last: parts.last === undefined ? last : parts.last,
    doubt: parts.doubt === undefined ? doubt : parts.doubt,
  };
}
