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

export interface PoolChoice {
  /**
   * Index of the pool that gets the new flows: the first one with a backend that is up and has a configured weight
   * above 0; the first pool of all when there is none.
   */
  readonly active: number;
  /** The pool before the active one whose missing verdict may still change that; null = the choice is settled. */
  readonly waitingFor: number | null;
}

export function stateOf(states: BackendStates, backend: string): BackendState {
  return states.get(backend) ?? 'removed';
}

export function choosePool(
  frontend: Frontend,
  states: BackendStates,
  patience = unlimitedPatience,
): PoolChoice {
  let waitingFor: number | null = null;
  for (const [index, pool] of frontend.pools.entries()) {
    const candidates = pool.backends.filter(({ weight }) => weight > 0);
    if (candidates.some(({ name }) => stateOf(states, name) === 'up')) return { active: index, waitingFor };
    if (candidates.some(({ name }) => stateOf(states, name) === 'unknown' && !patience.givenUp.has(name))) {
      waitingFor ??= index;
    }
  }
  return { active: 0, waitingFor: null };
}

/**
 * The weights of all backends of a frontend, pool by pool in the order of the config. Only a backend that is up and in
 * the active pool has its configured weight; all others are installed with 0. On the way to 0 a disabled backend is
 * always flushed, one that is down when the frontend says so, and no other ever. Where a verdict is missing, nothing
 * is changed that serves, but for what an operator asked for.
 */
export function decideWeights(
  frontend: Frontend,
  states: BackendStates,
  patience = unlimitedPatience,
): readonly (readonly WeightDecision[])[] {
  const { active, waitingFor } = choosePool(frontend, states, patience);
  const undecided = frontend.pools.some((pool) =>
    pool.backends.some(({ name }) => stateOf(states, name) === 'unknown' && !patience.givenUp.has(name)),
  );
  const starting = patience.holdAll && undecided;
  const poolName = (index: number) => frontend.pools[index]?.name ?? '';
  const hold = starting || waitingFor !== null;
  const cause = starting
    ? 'its other backends have a verdict'
    : `pool ${poolName(waitingFor ?? 0)} has a verdict`;
  const kept = (reason: string) => `${reason}; kept as VPP has it until ${cause}`;
  const decideOne = ({ name, weight, overridden }: PoolBackend, index: number): WeightDecision => {
    switch (stateOf(states, name)) {
      case 'up': {
        // A weight of 0 stays 0, whatever verdicts come yet; but a config that has just been read may have others serve instead.
        const held = weight > 0 ? hold : starting && overridden === undefined;
        const serves = index === active;
        const why = serves ? servingReason(weight, overridden) : `up, but pool ${poolName(active)} is active`;
        const one = { hold: held, flush: false, reason: held ? kept(why) : why };
        return serves ? { weight, ...one } : { weight: 0, ...one, relieved: true };
      }
      case 'unknown':
        if (patience.givenUp.has(name))
          return { weight: 0, hold: false, flush: false, reason: 'still no verdict: counts as down' };
        // Whatever is found out about it, an operator wants no new flows there.
        if (weight === 0 && overridden !== undefined)
          return {
            weight: 0,
            hold: false,
            flush: false,
            reason: `no verdict yet, and ${ownZero(overridden)}`,
          };
        return { weight: 0, hold: true, flush: false, reason: 'no verdict yet: kept as VPP has it' };
      case 'down':
        return starting
          ? { weight: 0, hold, flush: false, reason: kept('down') }
          : { weight: 0, hold: false, flush: frontend.flushOnDown, reason: 'down' };
      case 'paused':
        return { weight: 0, hold: false, flush: false, reason: 'paused by the operator' };
      case 'disabled':
        return { weight: 0, hold: false, flush: true, reason: 'disabled' };
      case 'removed':
        return { weight: 0, hold: false, flush: false, reason: 'removed from the config' };
    }
  };
  return frontend.pools.map((pool, index) => pool.backends.map((backend) => decideOne(backend, index)));
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

/**
 * up when a server gets new flows; unknown when none does, but one without a verdict yet might; down otherwise. So a
 * restart of maglevd, which hears of dead servers first because they refuse at once, calls nothing down that serves.
 */
export function frontendState(
  frontend: Frontend,
  states: BackendStates,
  patience = unlimitedPatience,
): FrontendState {
  const candidates = frontend.pools.flatMap((pool) => pool.backends).filter(({ weight }) => weight > 0);
  if (candidates.some(({ name }) => stateOf(states, name) === 'up')) return 'up';
  const open = ({ name }: { readonly name: string }) =>
    stateOf(states, name) === 'unknown' && !patience.givenUp.has(name);
  return candidates.some(open) ? 'unknown' : 'down';
}
