import type { Backend, Frontend, LbSettings } from './config.js';
import { compareIps, hostPrefix, type IpAddress, ipFamily } from './ip.js';
import {
  type DesiredAs,
  type DesiredVip,
  type Encap,
  type LbConf,
  PROTOCOL_ANY,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  sameKey,
  type VipKey,
} from './lb.js';
import { replicasIn } from './weight-mode.js';
import { type Choice, decideWeight, type Known, sameChoice, type WeightDecision } from './weights.js';

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

/** What of a VIP depends on the config alone, whatever state its backends are in. */
export interface Outline {
  readonly frontend: Frontend;
  readonly lb: LbSettings;
  readonly key: VipKey;
  readonly encap: Encap;
  /** Of each backend, in the order of the config: its server's place in the VIP. Backends with one address share it. */
  readonly places: readonly number[];
  /** How many servers the VIP has. */
  readonly size: number;
}

/** All that decides what is wanted of a VIP. */
export interface Basis {
  readonly outline: Outline;
  /** Of each backend, in the order of the config. */
  readonly known: readonly Known[];
  readonly choice: Choice;
}

/** A VIP, and from what it was decided; null: it could not be decided as others are. */
export interface Based {
  readonly vip: DesiredVip;
  readonly basis: Basis | null;
}

/**
 * `backends`: those of the frontend, in the order of the config. The encapsulation follows their family, not the VIP's:
 * it is the outer header.
 */
export function outlineOf(frontend: Frontend, lb: LbSettings, backends: readonly Backend[]): Outline {
  const addresses = [...new Set(backends.map(({ address }) => address))].sort(compareIps);
  const placeOf = new Map(addresses.map((address, place) => [address, place]));
  const [first] = addresses;
  return {
    frontend,
    lb,
    key: vipKeyOf(frontend),
    encap: first !== undefined && ipFamily(first) === 6 ? 'gre6' : 'gre4',
    places: backends.map(({ address }) => placeOf.get(address) ?? 0),
    size: addresses.length,
  };
}

/** The outline as it was decided by before, while that is still true: most often only a backend's state is another. */
export function outlineAfter(
  before: Based | null,
  frontend: Frontend,
  lb: LbSettings,
  backends: readonly Backend[],
): Outline {
  const outline = before?.basis?.outline;
  const ases = before?.vip.ases ?? [];
  const stands =
    outline !== undefined &&
    outline.frontend === frontend &&
    outline.lb === lb &&
    backends.every(({ address }, i) => ases[outline.places[i] ?? 0]?.address === address);
  return stands ? outline : outlineOf(frontend, lb, backends);
}

/**
 * The VIP that a frontend wants. All its backends are in it, also those of pools that are not active: a failover
 * then only changes weights. `backends` as in the outline. What is wanted as it was before is the same object as before,
 * and nothing is decided anew for whose server all that decides is the same.
 */
export function desiredVip(basis: Basis, backends: readonly Backend[], before: Based | null): DesiredVip {
  const { outline, known, choice } = basis;
  const { frontend, lb, places } = outline;
  const stale = stalePlaces(before?.basis ?? null, basis);
  const ases = new Array<DesiredAs>(outline.size);
  let at = 0;
  for (const [index, pool] of frontend.pools.entries()) {
    const replicasOf = replicasIn(pool, lb.weightMode);
    for (const one of pool.backends) {
      const place = places[at];
      const address = backends[at]?.address;
      const state = known[at++];
      if (place === undefined || address === undefined || state === undefined)
        throw new Error(`frontend ${frontend.name}: nothing is known of ${one.name}`);
      const was = before?.vip.ases[place];
      const rival = ases[place];
      if (was !== undefined && stale?.has(place) === false) ases[place] = was;
      else {
        const decision = inSteps(decideWeight(frontend, choice, index, one, state), replicasOf);
        if (rival !== undefined && rank(decision) <= rank(rival)) continue;
        const as = desiredAs(address, one.name, decision);
        ases[place] = was !== undefined && sameDesiredAs(was, as) ? was : as;
      }
    }
  }
  const vip = vipOf(outline, ases);
  return before !== null && sameDesiredVip(before.vip, vip) ? before.vip : vip;
}

/** The places whose servers may weigh something else than before; null: all of them. */
function stalePlaces(before: Basis | null, now: Basis): ReadonlySet<number> | null {
  if (before?.outline !== now.outline || !sameChoice(before.choice, now.choice)) return null;
  const stale = new Set<number>();
  for (const [i, place] of now.outline.places.entries())
    if (before.known[i] !== now.known[i]) stale.add(place);
  return stale;
}

/** `ases` in numeric order. */
export function vipOf(
  { frontend, lb, key, encap }: Pick<Outline, 'frontend' | 'lb' | 'key' | 'encap'>,
  ases: readonly DesiredAs[],
): DesiredVip {
  return {
    frontend: frontend.name,
    key,
    encap,
    tableLength: lb.newFlowsTableLength,
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
  if (a === b) return true;
  return (
    a.frontend === b.frontend &&
    sameKey(a.key, b.key) &&
    a.encap === b.encap &&
    a.tableLength === b.tableLength &&
    a.srcIpSticky === b.srcIpSticky &&
    a.ases.length === b.ases.length &&
    a.ases.every((as, i) => as === b.ases[i] || sameDesiredAs(as, b.ases[i]))
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
function rank({ weight, hold }: Pick<DesiredAs, 'weight' | 'hold'>): number {
  if (weight > 0) return 2;
  return hold ? 1 : 0;
}
