import {
  type BackendLife,
  type BackendRules,
  beginsAnew,
  born,
  isProbed,
  ruled,
  sameCheck,
} from './backend-life.js';
import type { Backend, HealthCheck, MaglevConfig } from './config.js';
import { chancesMs } from './probe-time.js';
import { fullHealth, probeInterval } from './rise-fall.js';

/** What a backend is, by the config as it counts. */
export interface BackendSetup extends BackendRules {
  /** How long a lack of verdicts is borne, in milliseconds. */
  readonly patienceMs: number;
}

/** What is known of a backend. It outlives a crash of whoever keeps it: a bug of ours is no news of the backend. */
export interface BackendMemory {
  setup: BackendSetup;
  life: BackendLife;
  /**
   * When it came into its present state, on the clock's monotonic scale: the wall clock may be set meanwhile. In whole milliseconds:
   * such a number takes no memory of its own, and there are thousands.
   */
  enteredAt: number;
  /** Its first probe is spread, because many others begin at the same moment. */
  spreadFirst: boolean;
  /** News of a probe of another round are old: the backend was paused, or is checked in another way. */
  round: number;
  /** It has been without a verdict for too long, and counts as down. */
  givenUp: boolean;
}

/** How long after its timeout the answer of a probe may still be on its way to us. */
const GRACE_MS = 1500;
/** Many first probes are spread at least over this. */
const MIN_SPREAD_MS = 1000;
/** Backends that may be probed for the first time at one moment. */
const MANY = 20;

export function setupOf(backend: Backend, config: MaglevConfig, paused: ReadonlySet<string>): BackendSetup {
  const { name, address, enabled, healthcheck } = backend;
  return {
    address,
    enabled,
    paused: paused.has(name),
    check: healthcheck === null ? null : (config.healthchecks.get(healthcheck) ?? null),
    historyLength: config.healthchecker.transitionHistory,
    patienceMs: config.lb.startupMaxDelay,
  };
}

export function sameSetup(a: BackendSetup, b: BackendSetup): boolean {
  return (
    a.address === b.address &&
    a.enabled === b.enabled &&
    a.paused === b.paused &&
    a.historyLength === b.historyLength &&
    a.patienceMs === b.patienceMs &&
    sameCheck(a.check, b.check)
  );
}

/** Why it is another one, for people. */
export function reasonOf(before: BackendSetup, after: BackendSetup): string {
  if (before.enabled !== after.enabled) return after.enabled ? 'enabled' : 'disabled';
  if (before.paused !== after.paused)
    return after.paused ? 'paused by the operator' : 'resumed by the operator';
  if (before.address !== after.address) return `its address is ${after.address} now`;
  return 'its health check changed';
}

/** Of a backend that is in the config now; `known`: what is remembered of it, if anything, in `round` of its probes. */
export function memoryOf(
  known: BackendMemory | undefined,
  setup: BackendSetup,
  begin: {
    readonly at: number;
    readonly monotonic: number;
    readonly spread: boolean;
    readonly round: number;
  },
): BackendMemory {
  const { at, monotonic, spread: spreadFirst, round } = begin;
  const givenUp = false;
  if (known === undefined)
    return { setup, life: born(setup, at), enteredAt: monotonic, spreadFirst, round, givenUp };
  const { setup: before } = known;
  const life = ruled(known.life, { before, after: setup, reason: reasonOf(before, setup) }, at);
  const enteredAt = known.life.state === life.state ? known.enteredAt : monotonic;
  return { setup, life, enteredAt, spreadFirst, round: known.round, givenUp };
}

/**
 * Are the first probes to be spread? So many at one moment would be a load of our own making, and their first results
 * decide.
 */
export function beginTogether(
  setups: readonly (readonly [string, BackendSetup])[],
  memories: ReadonlyMap<string, BackendMemory>,
): boolean {
  const begin = setups.filter(([name, setup]) => {
    const before = memories.get(name)?.setup;
    return before === undefined || beginsAnew(before, setup);
  });
  return begin.length > MANY;
}

/** Over how many milliseconds a first probe is spread: within the interval, and early enough that it has its verdict before patience ends. */
export function spreadMs({ setup, life }: BackendMemory, check: HealthCheck): number {
  const early = Math.max(MIN_SPREAD_MS, setup.patienceMs - check.timeout - GRACE_MS);
  return Math.min(probeInterval(check, life.standing), early);
}

/** The first probe, if it has not been, may be put off once more when the check is another one. Monotonic milliseconds. */
export function putOff(
  { life }: BackendMemory,
  check: HealthCheck,
  firstProbeAt: number | null,
  now: number,
): number | null {
  if (life.state !== 'unknown' || life.standing.counter !== fullHealth(check)) return firstProbeAt;
  const latest = now + probeInterval(check, life.standing);
  return Math.max(firstProbeAt ?? latest, latest);
}

/**
 * When the lack of a verdict has been borne for long enough, on the monotonic scale: not before a backend has had all its
 * chances from `chancesFrom` on, which a doubt takes from it. null: it has one, or gets none.
 */
export function patienceEndsAt(
  { setup, life, enteredAt }: BackendMemory,
  chancesFrom: number | null,
): number | null {
  const { check, patienceMs } = setup;
  if (life.state !== 'unknown' || check === null || chancesFrom === null) return null;
  return Math.max(enteredAt + patienceMs, chancesFrom + chancesMs(check) + GRACE_MS);
}

/**
 * Does it count as down when patience ends? Not because of a trouble of our own; and not without a failure: then it is
 * the prober that gives no answers, and no news of this backend.
 */
export function countsAsDown({ setup, life }: BackendMemory): boolean {
  const { state, doubt, standing } = life;
  const { check } = setup;
  return state === 'unknown' && doubt === null && check !== null && standing.counter !== fullHealth(check);
}

/** What the decision has to know of it. */
export function reportOf(name: string, { setup, life, givenUp }: BackendMemory) {
  return { name, address: setup.address, state: life.state, givenUp };
}

/** What is to be done about its probes when its setup changes. */
export function probingAfter(before: BackendSetup, after: BackendSetup): 'stop' | 'anew' | 'retune' | 'same' {
  if (!isProbed(after)) return 'stop';
  if (beginsAnew(before, after)) return 'anew';
  return before.check === after.check ? 'same' : 'retune';
}
