import type { Backend, Member, ServerCounters, VipCounters } from '../../contract.js';
import type { Sort } from './place.js';
import type { FrontendNode, PoolNode, Site } from './site.js';

/** A line of the list of frontends. */
export type Row =
  | { readonly kind: 'frontend'; readonly key: string; readonly frontend: string }
  | { readonly kind: 'pool'; readonly key: string; readonly frontend: string; readonly pool: string }
  | {
      readonly kind: 'member';
      readonly key: string;
      readonly frontend: string;
      readonly pool: string;
      readonly backend: string;
    };

/** Which rows are shown, and in which order. */
export interface Choice {
  readonly search: string;
  /** A state of backends, or one of `marks`; null = all. */
  readonly state: string | null;
  readonly sort: Sort;
  /** Frontends whose members are folded away; a search or a filter unfolds them. */
  readonly folded: ReadonlySet<string>;
}

/** What may be unusual about a backend besides its state. */
export const marks = ['doubt', 'hold', 'override'] as const;

/** Does the order, or who is in it, depend on what changes all the time? */
export function isMoving({ state, sort }: Choice): boolean {
  return state !== null || (sort !== 'config' && sort !== 'name');
}

/** Rows that may be kept though they are not shown: those that a search leaves out come back. */
const SPARE = 20_000;

/** Makes the rows; the same row is the same object each time, so that what is drawn of it can stay. */
export class RowBook {
  readonly #made = new Map<string, Row>();

  rows(site: Site, choice: Choice): readonly Row[] {
    const filtered = choice.search !== '' || choice.state !== null;
    const rows: Row[] = [];
    for (const node of inOrder([...site.frontends.values()], choice.sort, (a) =>
      frontendRank(a, site, choice.sort),
    )) {
      const frontend = node.head.name;
      const whole = !filtered || (choice.state === null && frontendMatches(node, choice.search));
      const pools = node.pools
        .map((pool) => ({ pool, members: membersOf(pool, node, site, choice, whole) }))
        .filter(({ members }) => whole || members.length > 0);
      if (!whole && pools.length === 0) continue;
      rows.push(this.#row({ kind: 'frontend', key: rowKey(frontend), frontend }));
      if (!filtered && choice.folded.has(frontend)) continue;
      for (const { pool, members } of pools) {
        rows.push(this.#row({ kind: 'pool', key: rowKey(frontend, pool.name), frontend, pool: pool.name }));
        for (const { backend } of members) {
          const key = rowKey(frontend, pool.name, backend);
          rows.push(this.#row({ kind: 'member', key, frontend, pool: pool.name, backend }));
        }
      }
    }
    this.#forget(rows);
    return rows;
  }

  /** Rows of names that are gone from the config are not kept for ever. */
  #forget(rows: readonly Row[]): void {
    if (this.#made.size < SPARE + 2 * rows.length) return;
    this.#made.clear();
    for (const row of rows) this.#made.set(row.key, row);
  }

  #row(row: Row): Row {
    const made = this.#made.get(row.key);
    if (made !== undefined) return made;
    this.#made.set(row.key, row);
    return row;
  }
}

/** Names may hold anything but this. */
export function rowKey(...names: readonly string[]): string {
  return names.join('\n');
}

function membersOf(
  pool: PoolNode,
  node: FrontendNode,
  site: Site,
  { search, state, sort }: Choice,
  whole: boolean,
): readonly Member[] {
  const members = [...pool.members.values()].filter((member) => {
    if (whole) return true;
    const backend = site.backends.get(member.backend);
    const found =
      search === '' || frontendMatches(node, search) || backendMatches(member.backend, backend, search);
    return found && (state === null || hasState(member, backend, state));
  });
  const counted = site.counters.get(node.head.name);
  return inOrder(members, sort, (member) =>
    memberRank(member, site.backends.get(member.backend), counted, sort),
  );
}

/** Upper and lower case do not matter: `search` is in lower case already where it comes from the page. */
function contains(text: string, search: string): boolean {
  return text.toLowerCase().includes(search.toLowerCase());
}

function frontendMatches({ head }: FrontendNode, search: string): boolean {
  return contains(head.name, search) || contains(head.address, search) || contains(head.description, search);
}

function backendMatches(name: string, backend: Backend | undefined, search: string): boolean {
  return contains(name, search) || contains(backend?.address ?? '', search);
}

function hasState(member: Member, backend: Backend | undefined, state: string): boolean {
  switch (state) {
    case 'doubt':
      return backend?.doubt != null;
    case 'hold':
      return member.effectiveWeight === null;
    case 'override':
      return (backend?.override ?? '') !== '' || member.configuredWeight !== null;
    default:
      return backend?.state === state;
  }
}

/** The worst first. */
const severity = ['down', 'unknown', 'paused', 'disabled', 'removed', 'up'];

/** Lower comes first; equal ones stay in the order of the config. */
type Rank = number | string;

function memberRank(
  member: Member,
  backend: Backend | undefined,
  counted: VipCounters | undefined,
  sort: Sort,
): Rank {
  switch (sort) {
    case 'config':
      return 0;
    case 'name':
      return member.backend;
    case 'state':
      return severity.indexOf(backend?.state ?? 'unknown') - (backend?.doubt == null ? 0 : 0.5);
    case 'age':
      return -(backend?.since ?? 0);
    case 'share':
      return -(member.shareGiven ?? 0);
    case 'packets':
      return -(serverOf(counted, member.backend)?.packetsPerSecond ?? 0);
  }
}

function frontendRank({ head }: FrontendNode, site: Site, sort: Sort): Rank {
  switch (sort) {
    case 'config':
      return 0;
    case 'name':
      return head.name;
    case 'state':
      return severity.indexOf(head.state) - (head.standing.state === 'equal' ? 0 : 0.5);
    case 'age':
      return -(head.since ?? 0);
    case 'share':
      return -(head.shareError ?? 0);
    case 'packets':
      return -(site.counters.get(head.name)?.packetsPerSecond ?? 0);
  }
}

function inOrder<T>(things: readonly T[], sort: Sort, rank: (thing: T) => Rank): readonly T[] {
  if (sort === 'config') return things;
  return things
    .map((thing) => ({ thing, rank: rank(thing) }))
    .sort((a, b) => compare(a.rank, b.rank))
    .map(({ thing }) => thing);
}

/** web2 before web10. */
const collator = new Intl.Collator('en', { numeric: true });

function compare(a: Rank, b: Rank): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return collator.compare(String(a), String(b));
}

/** By reading, so that a row need not search its server among a thousand. */
const byBackend = new WeakMap<VipCounters, ReadonlyMap<string, ServerCounters>>();

/** What VPP counted for a backend in a frontend. */
export function serverOf(counted: VipCounters | undefined, backend: string): ServerCounters | undefined {
  if (counted === undefined) return undefined;
  let servers = byBackend.get(counted);
  if (servers === undefined) {
    servers = new Map(counted.servers.map((server) => [server.backend, server]));
    byBackend.set(counted, servers);
  }
  return servers.get(backend);
}
