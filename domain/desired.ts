import type { Backend, Frontend, LbSettings, PoolBackend } from './config.js';
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
  wantedKey,
} from './lb.js';
import { replicasIn } from './weight-mode.js';
import { type Choice, decideWeight, type Known, type WeightDecision } from './weights.js';

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
  /** Of each pool: with what VPP is told for a weight. */
  readonly replicas: readonly ((weight: number) => number)[];
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
    key: wantedKey(vipKeyOf(frontend)),
    encap: first !== undefined && ipFamily(first) === 6 ? 'gre6' : 'gre4',
    places: backends.map(({ address }) => placeOf.get(address) ?? 0),
    size: addresses.length,
    replicas: frontend.pools.map((pool) => replicasIn(pool, lb.weightMode)),
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

/** Have two backends one server? Then the state of either may decide what it weighs. */
export function sharesServers({ places, size }: Outline): boolean {
  return size < places.length;
}

/** A backend of a frontend, and where it stands in the config. */
export interface Seat {
  readonly backend: PoolBackend;
  /** Index of its pool. */
  readonly pool: number;
  /** Index among all backends of the frontend. */
  readonly at: number;
}

/** In the order of the config; `names`: only of these backends. */
export function seatsOf({ pools }: Frontend, names: ReadonlySet<string> | null = null): readonly Seat[] {
  const seats: Seat[] = [];
  let at = 0;
  for (const [pool, { backends }] of pools.entries()) {
    for (const backend of backends) {
      if (names === null || names.has(backend.name)) seats.push({ backend, pool, at });
      at++;
    }
  }
  return seats;
}

/**
 * The VIP that a frontend wants. All its backends are in it, also those of pools that are not active: a failover
 * then only changes weights. `seats`, `backends`: all of the frontend, in the order of the config. What is wanted as it was
 * before is the same object as before.
 */
export function desiredVip(
  basis: Basis,
  seats: readonly Seat[],
  backends: readonly Backend[],
  before: DesiredVip | null,
): DesiredVip {
  const { outline } = basis;
  const ases = new Array<DesiredAs>(outline.size);
  for (const seat of seats) {
    const place = outline.places[seat.at];
    const address = backends[seat.at]?.address;
    if (place === undefined || address === undefined) throw notSeated(basis, seat);
    const as = desiredAs(basis, seat, address, before?.ases[place]);
    const rival = ases[place];
    if (rival === undefined || rank(as) > rank(rival)) ases[place] = as;
  }
  const vip = vipOf(outline, ases);
  return before !== null && sameDesiredVip(before, vip) ? before : vip;
}

/**
 * The same where nothing has changed since `before` but what is known of the backends in `seats`, the outline and the choice
 * are what they were, and no two backends have one server.
 */
export function desiredAgain(basis: Basis, seats: readonly Seat[], before: DesiredVip): DesiredVip {
  const { outline } = basis;
  const ases = [...before.ases];
  let differs = false;
  for (const seat of seats) {
    const place = outline.places[seat.at];
    const was = place === undefined ? undefined : ases[place];
    if (place === undefined || was === undefined) throw notSeated(basis, seat);
    const as = desiredAs(basis, seat, was.address, was);
    differs ||= as !== was;
    ases[place] = as;
  }
  return differs ? vipOf(outline, ases) : before;
}

function notSeated({ outline: { frontend } }: Basis, { backend }: Seat): Error {
  return new Error(`backend ${backend.name} has no place in the VIP of ${frontend.name}`);
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

/** What is wanted of a server: `was` itself, if that is the same. */
function desiredAs(
  { outline, known, choice }: Basis,
  { backend, pool, at }: Seat,
  address: IpAddress,
  was: DesiredAs | undefined,
): DesiredAs {
  const decision = decideWeight(outline.frontend, choice, pool, backend, known[at] ?? 'removed');
  const { weight, hold, flush, relieved, reason } = inSteps(decision, outline.replicas[pool]);
  // Written out: a copy by spread takes half as much memory again, and there is one for each server of each VIP.
  const plain = { address, backend: backend.name, weight, hold, flush, reason };
  const as = relieved === true ? { relieved, ...plain } : plain;
  return was !== undefined && sameDesiredAs(was, as) ? was : as;
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
function inSteps(decision: WeightDecision, replicasOf?: (weight: number) => number): WeightDecision {
  const weight = replicasOf?.(decision.weight) ?? decision.weight;
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
