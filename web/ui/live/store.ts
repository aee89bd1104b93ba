import { createSignal } from 'solid-js';
import type { Backend, Maglevd, Member, VersionAnswer, VipCounters } from '../../contract.js';
import { every, now } from '../clock.js';
import { Fleet } from '../model/fleet.js';
import { type ClockOffset, type PageLink, presentOf } from '../model/freshness.js';
import { rowKey } from '../model/rows.js';
import type { FrontendNode, Site, Touched } from '../model/site.js';
import { Connection } from './connection.js';
import { KeyedSignals } from './signals.js';

/** What the page knows, as signals: whoever draws one of these is drawn again when it changes. */
const signals = new KeyedSignals();
/** Maglevds of which something changed since lists were put in order the last time. */
const stirred = new Set<string>();
/** Frontends of which a member changed since their bars were drawn the last time. */
const moved = new Set<string>();
/** A bar of a thousand members is drawn no more often than this, ms. */
const BARS_MS = 200;

const fleet = new Fleet({
  reloaded: () => {
    for (const id of fleet.sites.keys()) stirred.add(id);
    signals.touchAll();
  },
  touched: (id, touched) => {
    stirred.add(id);
    if (touched.what === 'member') moved.add(rowKey('shares', id, touched.frontend));
    signals.touch(keyOf(id, touched));
  },
  refetch: (id) => void connection.refetch(id),
});

const [pageLink, setPageLink] = createSignal<PageLink>({ state: 'loading' }, { equals: sameLink });
const [version, setVersion] = createSignal<VersionAnswer | null>(null);
const [clock, setClock] = createSignal<ClockOffset | null>(null);
const [time, setTime] = createSignal(now());
const [beginnings, setBeginnings] = createSignal(0);

const connection = new Connection(fleet, {
  link: setPageLink,
  version: setVersion,
  clock: setClock,
  anew: () => setBeginnings((n) => n + 1),
});

export { beginnings, clock, pageLink, time, version };

/** To be called once. */
export function startStore(): void {
  connection.start();
  every(1000, () => {
    setTime(now());
    for (const id of stirred) signals.touch(rowKey('order', id));
    stirred.clear();
  });
  every(BARS_MS, () => {
    for (const key of moved) signals.touch(key);
    moved.clear();
  });
}

/** All maglevds, in the order of -server. */
export function maglevds(): readonly Maglevd[] {
  signals.track('sites');
  return [...fleet.sites.values()].map(({ row }) => maglevdOf(row.id) ?? row);
}

/** Names that are unique: where two maglevds have the same, with the address. */
export function shownName(row: Maglevd): string {
  const twins = [...fleet.sites.values()].filter((site) => site.row.name === row.name);
  return twins.length > 1 && row.name !== row.address ? `${row.name} (${row.address})` : row.name;
}

export function maglevdOf(id: string): Maglevd | undefined {
  signals.track(rowKey('row', id));
  return fleet.sites.get(id)?.row;
}

/** Everything of it, for what follows its changes by other means. */
export function siteOf(id: string): Site | undefined {
  signals.track('sites');
  return fleet.sites.get(id);
}

/** Frontends, pools and members as they came with the last picture. */
export function shapeOf(id: string): Site | undefined {
  signals.track(rowKey('shape', id));
  return siteOf(id);
}

/** As `shapeOf`, and again once a second while anything of it changes. */
export function orderOf(id: string): Site | undefined {
  signals.track(rowKey('order', id));
  return shapeOf(id);
}

export function frontendOf(id: string, frontend: string): FrontendNode | undefined {
  signals.track(rowKey('frontend', id, frontend));
  return shapeOf(id)?.frontends.get(frontend);
}

export function memberOf(id: string, frontend: string, pool: string, backend: string): Member | undefined {
  signals.track(rowKey('member', id, frontend, pool, backend));
  const pools = shapeOf(id)?.frontends.get(frontend)?.pools;
  return pools?.find(({ name }) => name === pool)?.members.get(backend);
}

/** The members of a frontend together: told some times a second at most, and not with each change. */
export function sharesOf(id: string, frontend: string): FrontendNode | undefined {
  signals.track(rowKey('shares', id, frontend));
  return shapeOf(id)?.frontends.get(frontend);
}

export function backendOf(id: string, backend: string): Backend | undefined {
  signals.track(rowKey('backend', id, backend));
  return shapeOf(id)?.backends.get(backend);
}

export function countersOf(id: string, frontend: string): VipCounters | undefined {
  signals.track(rowKey('counters', id, frontend));
  return siteOf(id)?.counters.get(frontend);
}

export function syncsOf(id: string): Site | undefined {
  signals.track(rowKey('syncs', id));
  return siteOf(id);
}

export function debtsOf(id: string): Site | undefined {
  signals.track(rowKey('debts', id));
  return siteOf(id);
}

export function eventsOf(id: string): Site | undefined {
  signals.track(rowKey('events', id));
  return siteOf(id);
}

/** Told by whoever brought events of it by a request. */
export function eventsCame(id: string): void {
  signals.touch(rowKey('events', id));
}

/** What time it is for what is known of this maglevd, by its own clock; it stands still while it is lost. */
export function presentAt(row: Maglevd): number {
  return presentOf(row, pageLink(), time(), clock()?.offset ?? 0);
}

/** Is what is known of it from now? */
export function isFresh(row: Maglevd): boolean {
  return pageLink().state === 'live' && row.link.state === 'connected';
}

/** What of all is from now, as a text that is another one when that changes. */
export function freshness(): string {
  return [pageLink().state, ...maglevds().map(({ link }) => link.state)].join(' ');
}

/** Moments by the clock of a maglevd, as the reader's clock has them. */
export function readersTime(row: Maglevd, at: number): number {
  return at - (row.clock?.skewMs ?? 0) - (clock()?.offset ?? 0);
}

function keyOf(id: string, touched: Touched): string {
  switch (touched.what) {
    case 'member':
      return rowKey('member', id, touched.frontend, touched.pool, touched.backend);
    case 'backend':
      return rowKey('backend', id, touched.backend);
    case 'frontend':
    case 'counters':
      return rowKey(touched.what, id, touched.frontend);
    default:
      return rowKey(touched.what, id);
  }
}

function sameLink(a: PageLink, b: PageLink): boolean {
  return a.state === b.state && (a.state !== 'lost' || b.state !== 'lost' || a.since === b.since);
}
