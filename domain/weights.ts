import type { Frontend, PoolBackend } from './config.js';
import type { BackendState, FrontendState } from './health.js';

/** What is known about each backend, by name. A backend that is not in it is `removed`. */
export type BackendStates = ReadonlyMap<string, BackendState>;

/** For how long a lack of verdicts is borne. */
export interface Patience {
  /** Right after a start nothing is changed because of a verdict until all backends of the frontend have one. */
  readonly holdAll: boolean;
  /** Backends that have been without a verdict for too long: they count as down. */
  readonly givenUp: ReadonlySet<string>;
}

export const unlimitedPatience: Patience = { holdAll: false, givenUp: new Set() };

/** What one server of a frontend should weigh, and why. */
export interface WeightDecision {
  /** 0..100. */
  readonly weight: number;
  /** The weight is only for a VIP that serves nobody; otherwise what VPP has is kept, for lack of a verdict. */
  readonly hold: boolean;
  /** Whether existing flows are cut on the way to 0. */
  readonly flush: boolean;
  /** It is well, and goes only because others take over: it serves on until VPP has one of those. */
  readonly relieved?: true;
  readonly reason: string;
}

/** What is known of a server, as far as weights go. given-up: it has no verdict, and counts as down. */
export type Known = BackendState | 'given-up';

/** What the servers of a frontend make of it together. With each server's own state it decides what that one weighs. */
export interface Choice {
  /**
   * Index of the pool that gets the new flows: the first one with a backend that is up and has a configured weight
   * above 0; the first pool of all when there is none.
   */
  readonly active: number;
  /** The pool before the active one whose missing verdict may still change that; null = the choice is settled. */
  readonly waitingFor: number | null;
  /** Right after a start, and a verdict is missing: nothing is changed because of the others. */
  readonly starting: boolean;
  /**
   * up when a server gets new flows; unknown when none does, but one without a verdict yet might; down otherwise. So a
   * restart of maglevd, which hears of dead servers first because they refuse at once, calls nothing down that serves.
   */
  readonly state: FrontendState;
}

export function stateOf(states: BackendStates, backend: string): BackendState {
  return states.get(backend) ?? 'removed';
}

/** What is known of each backend of a frontend, pool by pool in the order of the config. */
export function knownIn({ pools }: Frontend, states: BackendStates, { givenUp }: Patience): Known[] {
  return pools.flatMap(({ backends }) =>
    backends.map(({ name }) => {
      const state = stateOf(states, name);
      return state === 'unknown' && givenUp.has(name) ? 'given-up' : state;
    }),
  );
}

/** `known`: of each backend, in the order of the config. `holdAll` as in Patience. */
export function choose({ pools }: Frontend, known: readonly Known[], holdAll: boolean): Choice {
  const starting = holdAll && known.includes('unknown');
  /** The first pool in which a server that has a weight has no verdict. */
  let open: number | null = null;
  let at = 0;
  for (const [index, { backends }] of pools.entries()) {
    let opens = false;
    for (const { weight } of backends) {
      const one = known[at++];
      if (weight === 0) continue;
      if (one === 'up') return { active: index, waitingFor: open, starting, state: 'up' };
      if (one === 'unknown') opens = true;
    }
    if (opens) open ??= index;
  }
  return { active: 0, waitingFor: null, starting, state: open === null ? 'down' : 'unknown' };
}

/** Does the same server weigh the same under both, if its own state is the same? */
export function sameChoice(a: Choice, b: Choice): boolean {
  return a.active === b.active && a.waitingFor === b.waitingFor && a.starting === b.starting;
}

/** The weights of all backends of a frontend, pool by pool in the order of the config. */
export function decideWeights(
  frontend: Frontend,
  known: readonly Known[],
  choice: Choice,
): readonly (readonly WeightDecision[])[] {
  let at = 0;
  return frontend.pools.map(({ backends }, index) =>
    backends.map((backend) => decideWeight(frontend, choice, index, backend, known[at++] ?? 'removed')),
  );
}

/**
 * The weight of one backend in the pool `index` of a frontend. Only a backend that is up and in
 * the active pool has its configured weight; all others are installed with 0. On the way to 0 a disabled backend is
 * always flushed, one that is down when the frontend says so, and no other ever. Where a verdict is missing, nothing
 * is changed that serves, but for what an operator asked for.
 */
export function decideWeight(
  { pools, flushOnDown }: Frontend,
  { active, waitingFor, starting }: Choice,
  index: number,
  { weight, overridden }: PoolBackend,
  known: Known,
): WeightDecision {
  const hold = starting || waitingFor !== null;
  const poolName = (pool: number) => pools[pool]?.name ?? '';
  const kept = (reason: string) => {
    const cause = starting
      ? 'its other backends have a verdict'
      : `pool ${poolName(waitingFor ?? 0)} has a verdict`;
    return `${reason}; kept as VPP has it until ${cause}`;
  };
  switch (known) {
    case 'up': {
      // A weight of 0 stays 0, whatever verdicts come yet; but a config that has just been read may have others serve instead.
      const held = weight > 0 ? hold : starting && overridden === undefined;
      const serves = index === active;
      const why = serves ? servingReason(weight, overridden) : `up, but pool ${poolName(active)} is active`;
      const one = { hold: held, flush: false, reason: held ? kept(why) : why };
      return serves ? { weight, ...one } : { weight: 0, relieved: true, ...one };
    }
    case 'given-up':
      return { weight: 0, hold: false, flush: false, reason: 'still no verdict: counts as down' };
    case 'unknown':
      // Whatever is found out about it, an operator wants no new flows there.
      if (weight === 0 && overridden !== undefined)
        return { weight: 0, hold: false, flush: false, reason: `no verdict yet, and ${ownZero(overridden)}` };
      return { weight: 0, hold: true, flush: false, reason: 'no verdict yet: kept as VPP has it' };
    case 'down':
      return starting
        ? { weight: 0, hold, flush: false, reason: kept('down') }
        : { weight: 0, hold: false, flush: flushOnDown, reason: 'down' };
    case 'paused':
      return { weight: 0, hold: false, flush: false, reason: 'paused by the operator' };
    case 'disabled':
      return { weight: 0, hold: false, flush: true, reason: 'disabled' };
    case 'removed':
      return { weight: 0, hold: false, flush: false, reason: 'removed from the config' };
  }
}

function ownZero(configured: number): string {
  return `its weight is 0; weight set by the operator, ${configured} in the config`;
}

function servingReason(weight: number, overridden: number | undefined): string {
  if (overridden !== undefined && weight === 0) return `up, but ${ownZero(overridden)}`;
  const reason = weight > 0 ? 'up, in the active pool' : 'up, but its weight is 0';
  return overridden === undefined
    ? reason
    : `${reason}; weight set by the operator, ${overridden} in the config`;
}
