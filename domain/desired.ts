import type { Frontend, LbSettings, MaglevConfig } from './config.js';
import { compareIps, hostPrefix, type IpAddress, ipFamily } from './ip.js';
import {
  type DesiredAs,
  type DesiredVip,
  type LbConf,
  PROTOCOL_ANY,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  type VipKey,
} from './lb.js';
import { replicasIn } from './weight-mode.js';
import {
  type BackendStates,
  decideWeights,
  type Patience,
  unlimitedPatience,
  type WeightDecision,
} from './weights.js';

const protocolNumbers = { tcp: PROTOCOL_TCP, udp: PROTOCOL_UDP, any: PROTOCOL_ANY } as const;

export function vipKeyOf(frontend: Frontend): VipKey {
  return {
    prefix: hostPrefix(frontend.address),
    protocol: protocolNumbers[frontend.protocol],
    port: frontend.port,
  };
}

export function lbConfOf(settings: LbSettings): LbConf {
  return {
    ipv4Source: settings.ipv4Source,
    ipv6Source: settings.ipv6Source,
    stickyBucketsPerCore: settings.stickyBucketsPerCore,
    flowTimeout: settings.flowTimeout / 1000,
  };
}

/**
 * The VIP that a frontend wants. All its backends are in it, also those of pools that are not active: a failover
 * then only changes weights. The encapsulation follows the backends' family, not the VIP's: it is the outer header.
 */
export function desiredVip(
  frontend: Frontend,
  config: MaglevConfig,
  states: BackendStates,
  patience: Patience = unlimitedPatience,
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
      const candidate = desiredAs(address, backend.name, inSteps(decision, replicasOf));
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

/** Written out: a copy by spread takes half as much memory again, and there is one for each server of each VIP. */
function desiredAs(
  address: IpAddress,
  backend: string,
  { weight, hold, flush, relieved, reason }: WeightDecision,
): DesiredAs {
  const as = { address, backend, weight, hold, flush, reason };
  return relieved === true ? { ...as, relieved } : as;
}

/** Is the same wanted, for the same reasons? Quicker than anything general: it is asked at every change of a backend. */
export function sameDesiredVip(a: DesiredVip, b: DesiredVip): boolean {
  return (
    a.frontend === b.frontend &&
    a.key.prefix === b.key.prefix &&
    a.key.protocol === b.key.protocol &&
    a.key.port === b.key.port &&
    a.encap === b.encap &&
    a.tableLength === b.tableLength &&
    a.srcIpSticky === b.srcIpSticky &&
    a.ases.length === b.ases.length &&
    a.ases.every((as, i) => sameDesiredAs(as, b.ases[i]))
  );
}

function sameDesiredAs(a: DesiredAs, b: DesiredAs | undefined): boolean {
  return (
    a.address === b?.address &&
    a.backend === b.backend &&
    a.weight === b.weight &&
    a.hold === b.hold &&
    a.flush === b.flush &&
    a.relieved === b.relieved &&
    a.reason === b.reason
  );
}

/** With what VPP is told for its weight. */
function inSteps(decision: WeightDecision, replicasOf: (weight: number) => number): WeightDecision {
  const weight = replicasOf(decision.weight);
  if (weight === decision.weight) return decision;
  return { ...decision, weight, reason: `${decision.reason}; weight ${decision.weight} in steps` };
}

/**
 * VPP has one server per address, the config may have two backends with one address in a frontend. The one that
 * serves wins, then the one without a verdict; among equals the first pool's.
 */
function rank(as: DesiredAs): number {
  if (as.weight > 0) return 2;
  return as.hold ? 1 : 0;
}
