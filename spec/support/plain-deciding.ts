import type { Frontend, MaglevConfig, PoolBackend } from '../../domain/config.js';
import { type Circumstances, knowledgeOf } from '../../domain/deciding.js';
import { vipKeyOf } from '../../domain/desired.js';
import type { FrontendState } from '../../domain/health.js';
import { compareIps, type IpAddress, ipFamily } from '../../domain/ip.js';
import type { DesiredAs, DesiredVip } from '../../domain/lb.js';
import { replicasIn } from '../../domain/weight-mode.js';
import { type BackendStates, type Patience, stateOf, type WeightDecision } from '../../domain/weights.js';

/**
 * What is to be decided about a frontend, as plainly as it can be said: all of it anew each time, rule by rule. The program, which decides
 * only what may differ, is held equal to this.
 */
export function decidedPlainly(frontend: Frontend, circumstances: Circumstances) {
  const names = frontend.pools.flatMap(({ backends }) => backends.map(({ name }) => name));
  const { states, patience } = knowledgeOf(names, circumstances);
  return {
    vip: desiredVip(frontend, circumstances.effective.config, states, patience),
    state: frontendState(frontend, states, patience),
    pool: frontend.pools[choosePool(frontend, states, patience).active]?.name ?? '',
  };
}

function choosePool(
  frontend: Frontend,
  states: BackendStates,
  patience: Patience,
): { active: number; waitingFor: number | null } {
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

function decideWeights(
  frontend: Frontend,
  states: BackendStates,
  patience: Patience,
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

function frontendState(frontend: Frontend, states: BackendStates, patience: Patience): FrontendState {
  const candidates = frontend.pools.flatMap((pool) => pool.backends).filter(({ weight }) => weight > 0);
  if (candidates.some(({ name }) => stateOf(states, name) === 'up')) return 'up';
  const open = ({ name }: { readonly name: string }) =>
    stateOf(states, name) === 'unknown' && !patience.givenUp.has(name);
  return candidates.some(open) ? 'unknown' : 'down';
}
function desiredVip(
  frontend: Frontend,
  config: MaglevConfig,
  states: BackendStates,
  patience: Patience,
): DesiredVip {
  const byAddress = new Map<IpAddress, DesiredAs>();
  const decisions = decideWeights(frontend, states, patience);
  for (const [poolIndex, pool] of frontend.pools.entries()) {
    const replicasOf = replicasIn(pool, config.lb.weightMode);
    for (const [i, backend] of pool.backends.entries()) {
      const address = config.backends.get(backend.name)?.address;
      if (address === undefined)
        throw new Error(`frontend ${frontend.name} names no backend ${backend.name}`);
      const decision = decisions[poolIndex]?.[i];
      if (decision === undefined) throw new Error(`no decision about ${backend.name} of ${frontend.name}`);
      const candidate: DesiredAs = { address, backend: backend.name, ...inSteps(decision, replicasOf) };
      const rival = byAddress.get(address);
      if (rival === undefined || rank(candidate) > rank(rival)) byAddress.set(address, candidate);
    }
  }
  const ases = [...byAddress.values()].sort((a, b) => compareIps(a.address, b.address));
  const first = ases[0];
  return {
    frontend: frontend.name,
    key: vipKeyOf(frontend),
    encap: first !== undefined && ipFamily(first.address) === 6 ? 'gre6' : 'gre4',
    tableLength: config.lb.newFlowsTableLength,
    srcIpSticky: frontend.srcIpSticky,
    ases,
  };
}

function inSteps(decision: WeightDecision, replicasOf: (weight: number) => number): WeightDecision {
  const weight = replicasOf(decision.weight);
  if (weight === decision.weight) return decision;
  return { ...decision, weight, reason: `${decision.reason}; weight ${decision.weight} in steps` };
}

function rank(as: DesiredAs): number {
  if (as.weight > 0) return 2;
  return as.hold ? 1 : 0;
}
