import type { InForce } from './applied.js';
import type { Backend, Frontend, LbSettings, MaglevConfig } from './config.js';
import {
  type Based,
  desiredAgain,
  desiredVip,
  lbConfOf,
  outlineAfter,
  outlineOf,
  seatsOf,
  sharesServers,
  vipOf,
} from './desired.js';
import type { BackendState, FrontendState } from './health.js';
import type { IpAddress } from './ip.js';
import { type Decision, type DesiredAs, type DesiredVip, vipId } from './lb.js';
import type { Effective } from './operator.js';
import { type BackendStates, type Choice, choose, type Known, type Patience, sameChoice } from './weights.js';

/** What health last said of a backend. */
export interface Heard {
  /** Which server it spoke of: the address may be another by now. */
  readonly address: IpAddress;
  readonly state: BackendState;
  readonly givenUp: boolean;
}

/** All that decides: the config, what operators asked for, and what health knows. */
export interface Circumstances {
  readonly effective: Effective;
  readonly heard: ReadonlyMap<string, Heard>;
  /** Right after a start nothing is changed because of a verdict until all backends of a frontend have one. */
  readonly holdAll: boolean;
}

/** What was decided about one frontend. */
export interface Decided extends Based {
  readonly state: FrontendState;
  /** Name of the active pool. */
  readonly pool: string;
}

/**
 * The config's and the operators' word counts at once; what health says is about a server that is probed. A backend that
 * health has not told of yet has no verdict, and neither has one with another address: what is known is of the old server.
 */
export function backendState(name: string, circumstances: Circumstances): BackendState {
  const backend = circumstances.effective.config.backends.get(name);
  return backend === undefined ? 'removed' : stateOfOne(backend, circumstances);
}

function stateOfOne(
  { name, address, enabled, healthcheck }: Backend,
  { effective, heard }: Circumstances,
): BackendState {
  if (!enabled) return 'disabled';
  if (effective.paused.has(name)) return 'paused';
  if (healthcheck === null) return 'up';
  const known = heard.get(name);
  if (known?.address !== address) return 'unknown';
  // Anything else health has said before it heard that the backend is to be probed again.
  return known.state === 'up' || known.state === 'down' ? known.state : 'unknown';
}

/** What to keep of a report about a backend. */
export function hear(
  { name, address, state, givenUp }: Heard & { readonly name: string },
  now: Effective,
): Heard {
  // What a probe found out before health had heard of an operator's word is not kept for later.
  const off = now.config.backends.get(name)?.enabled === false || now.paused.has(name);
  return { address, state: off ? 'unknown' : state, givenUp };
}

export function sameHeard(a: Heard, b: Heard): boolean {
  return a.address === b.address && a.state === b.state && a.givenUp === b.givenUp;
}

/** By backend, the names of the frontends that use it. */
export function usersOf({ frontends }: MaglevConfig): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, readonly string[]>();
  for (const frontend of frontends.values()) {
    // Most backends have one user: all of that one are told so by the same list.
    const alone = [frontend.name];
    for (const { backends } of frontend.pools) {
      for (const { name } of backends) {
        const others = users.get(name);
        if (others === undefined) users.set(name, alone);
        else if (others.at(-1) !== frontend.name) users.set(name, [...others, frontend.name]);
      }
    }
  }
  return users;
}

/** What is known of these backends, and for how long a lack of verdicts is borne. */
export function knowledgeOf(
  names: Iterable<string>,
  circumstances: Circumstances,
): { readonly states: BackendStates; readonly patience: Patience } {
  const { effective, heard, holdAll } = circumstances;
  const states = new Map<string, BackendState>();
  const givenUp = new Set<string>();
  for (const name of names) {
    states.set(name, backendState(name, circumstances));
    if (isGivenUp(effective.config.backends.get(name), heard)) givenUp.add(name);
  }
  return { states, patience: { holdAll, givenUp } };
}

export function backendsOf({ pools }: Frontend): ReadonlySet<string> {
  return new Set(pools.flatMap(({ backends }) => backends.map(({ name }) => name)));
}

function isGivenUp(backend: Backend | undefined, heard: Circumstances['heard']): boolean {
  if (backend === undefined) return false;
  const known = heard.get(backend.name);
  return known?.address === backend.address && known.givenUp;
}

function knownOf(backend: Backend | undefined, circumstances: Circumstances): Known {
  if (backend === undefined) return 'removed';
  const state = stateOfOne(backend, circumstances);
  return state === 'unknown' && isGivenUp(backend, circumstances.heard) ? 'given-up' : state;
}

/** Decides about one frontend. Whatever is decided as `before` is the same object as before. */
export function decideFrontend(
  frontend: Frontend,
  circumstances: Circumstances,
  before: Based | null = null,
): Decided {
  const { config } = circumstances.effective;
  const seats = seatsOf(frontend);
  const backends = seats.map(({ backend: { name } }) => {
    const backend = config.backends.get(name);
    if (backend === undefined) throw new Error(`frontend ${frontend.name} names no backend ${name}`);
    return backend;
  });
  const outline = outlineAfter(before, frontend, config.lb, backends);
  const known = backends.map((backend) => knownOf(backend, circumstances));
  const choice = choose(frontend, known, circumstances.holdAll);
  const basis = { outline, known, choice };
  const vip = desiredVip(basis, seats, backends, before?.vip ?? null);
  return { vip, basis, ...standingOf(frontend, choice) };
}

/**
 * The same where nothing has changed since `before` but what is known of the backends in `heard`. What the servers make of it
 * together most often stays as it was, and then nobody else is looked at: most changes are of one server among many.
 */
export function decideAgain(
  frontend: Frontend,
  circumstances: Circumstances,
  before: Based,
  heard: ReadonlySet<string>,
): Decided {
  const { backends, lb } = circumstances.effective.config;
  const { vip, basis } = before;
  const stands = basis?.outline.frontend === frontend && basis.outline.lb === lb;
  if (!stands || sharesServers(basis.outline)) return decideFrontend(frontend, circumstances, before);
  const seats = seatsOf(frontend, heard);
  const known = [...basis.known];
  for (const { backend, at } of seats) known[at] = knownOf(backends.get(backend.name), circumstances);
  const choice = choose(frontend, known, circumstances.holdAll);
  if (!sameChoice(choice, basis.choice)) return decideFrontend(frontend, circumstances, before);
  const now = { outline: basis.outline, known, choice };
  return { vip: desiredAgain(now, seats, vip), basis: now, ...standingOf(frontend, choice) };
}

function standingOf({ pools }: Frontend, { active, state }: Choice): Pick<Decided, 'state' | 'pool'> {
  return { state, pool: pools[active]?.name ?? '' };
}

/** For a frontend that could not be decided, for a fault of ours: whatever VPP has of it is kept. */
export function undecided(frontend: Frontend, { effective }: Circumstances, reason: string): Decided {
  const { backends, lb } = effective.config;
  const known = [...backendsOf(frontend)].flatMap((name) => backends.get(name) ?? []);
  const outline = outlineOf(frontend, lb, known);
  const ases: DesiredAs[] = [];
  for (const [i, { address, name: backend }] of known.entries())
    ases[outline.places[i] ?? 0] = { address, backend, weight: 0, hold: true, flush: false, reason };
  const pool = frontend.pools[0]?.name ?? '';
  return { vip: vipOf(outline, ases), basis: null, state: 'unknown', pool };
}

/** Everything that VPP should be equal to; `vips` are in the order of the config file. */
export function decisionOf(lb: LbSettings, vips: readonly DesiredVip[]): Decision {
  const { syncInterval, statsInterval } = lb;
  return { conf: lbConfOf(lb), syncInterval, statsInterval, vips };
}

/** Do both have the same settings and the same VIPs, whatever those weigh? */
export function sameFrame(a: Decision, b: Decision): boolean {
  return (
    a.syncInterval === b.syncInterval &&
    a.statsInterval === b.statsInterval &&
    JSON.stringify(a.conf) === JSON.stringify(b.conf) &&
    a.vips.length === b.vips.length &&
    a.vips.every((vip, i) => {
      const other = b.vips[i];
      return other !== undefined && vip.frontend === other.frontend && vipId(vip.key) === vipId(other.key);
    })
  );
}

/** What has to be done in VPP on the way from one decision about a frontend to the next, as far as that can be known. */
export interface Step {
  /** Has anything to be written? */
  readonly writes: boolean;
  /** Servers whose flows are to be cut. */
  readonly cuts: readonly IpAddress[];
}

/**
 * Of a VPP that is equal to `before`. The flows of servers in `flush` are cut whatever becomes of their weight. What was
 * held may be anything in VPP: to hold it no more is a write; to hold what was known is none.
 */
export function stepBetween(
  before: DesiredVip | null,
  after: DesiredVip,
  flush: ReadonlySet<IpAddress>,
): Step {
  const had = new Map(before?.ases.map((as) => [as.address, as]));
  const cuts: IpAddress[] = [];
  let writes = before === null || !sameShape(before, after) || had.size !== after.ases.length;
  for (const as of after.ases) {
    const was = had.get(as.address);
    const released = was?.hold === true && !as.hold;
    const cut = as.flush && as.weight === 0 && was?.flush === false;
    if (cut || flush.has(as.address)) cuts.push(as.address);
    writes ||= was === undefined || released || (!as.hold && was.weight !== as.weight);
  }
  return { writes: writes || cuts.length > 0, cuts };
}

/**
 * Servers that were held and that somebody takes out for good: their flows are to be cut whatever their weight was. Who
 * writes to VPP does not know that by himself: to him a server of weight 0 that was held may have been cut long ago.
 */
export function heldAndCut(before: DesiredVip | null, after: DesiredVip): ReadonlySet<IpAddress> {
  const held = new Set(before?.ases.filter(({ hold }) => hold).map(({ address }) => address));
  const cut = new Set<IpAddress>();
  for (const { address, flush, weight } of held.size > 0 ? after.ases : [])
    if (flush && weight === 0 && held.has(address)) cut.add(address);
  return cut;
}

function sameShape(a: DesiredVip, b: DesiredVip): boolean {
  return a.encap === b.encap && a.tableLength === b.tableLength && a.srcIpSticky === b.srcIpSticky;
}

/** What a change about one backend means in the frontends that use it. */
export type Explained = Pick<InForce, 'waits' | 'deserted' | 'undecided'>;

export const nothingExplained: Explained = { waits: null, deserted: [], undecided: [] };

/** `decided`: those frontends now; `failed` could not be decided. */
export function explainChange(
  backend: string,
  state: BackendState,
  decided: readonly Decided[],
  failed: ReadonlySet<string>,
): Explained {
  const as = decided.flatMap(({ vip }) => vip.ases).find((one) => one.backend === backend);
  const reason = as === undefined ? null : `it is ${as.reason}`;
  const used = state === 'unknown' ? 'it waits for its first probe' : reason;
  return {
    waits: decided.length === 0 ? 'no frontend uses it' : used,
    deserted: decided.filter((one) => one.state === 'down').map(({ vip }) => vip.frontend),
    undecided: decided.map(({ vip }) => vip.frontend).filter((name) => failed.has(name)),
  };
}
