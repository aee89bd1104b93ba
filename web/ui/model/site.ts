import type {
  Backend,
  Change,
  Counters,
  Debt,
  FrontendHead,
  Maglevd,
  Member,
  Picture,
  Sync,
  VipCounters,
} from '../../contract.js';
import { EventLog } from './event-log.js';

/** A pool with its members by the name of their backend, in the order of the config. */
export interface PoolNode {
  readonly name: string;
  readonly members: Map<string, Member>;
}

export interface FrontendNode {
  head: FrontendHead;
  readonly pools: readonly PoolNode[];
}

/** What changed, for who draws it. `shape`: rows came, went or moved. */
export type Touched =
  | { readonly what: 'row' | 'shape' | 'syncs' | 'debts' | 'events' }
  | { readonly what: 'frontend' | 'counters'; readonly frontend: string }
  | { readonly what: 'member'; readonly frontend: string; readonly pool: string; readonly backend: string }
  | { readonly what: 'backend'; readonly backend: string };

/** One maglevd, as its picture and the changes since then tell. */
export class Site {
  readonly log = new EventLog();
  row: Maglevd;
  frontends = new Map<string, FrontendNode>();
  backends = new Map<string, Backend>();
  syncs: readonly Sync[] = [];
  debts: readonly Debt[] = [];
  /** By frontend; VIPs that no frontend wants are not there. */
  counters = new Map<string, VipCounters>();
  /** When the counters were read; null: never. */
  countersAt: number | null = null;
  /** Was it heard at all? */
  known = false;
  /** Changes of messages up to this number are in the picture. */
  #seq = 0;

  constructor(row: Maglevd) {
    this.row = row;
  }

  /** Takes the place of all that was known but events, which are told only once. */
  load(row: Maglevd, picture: Picture | null, seq: number): void {
    this.row = row;
    this.#seq = seq;
    this.known = picture !== null;
    this.frontends = new Map(
      picture?.frontends.map(({ pools, ...head }) => [
        head.name,
        {
          head,
          pools: pools.map(({ name, members }) => ({
            name,
            members: new Map(members.map((member) => [member.backend, member])),
          })),
        },
      ]),
    );
    this.backends = new Map(picture?.backends.map((backend) => [backend.name, backend]));
    this.syncs = picture?.syncs ?? [];
    this.debts = picture?.debts ?? [];
    this.counters = new Map();
    this.countersAt = null;
    if (picture?.counters != null) this.#count(picture.counters);
  }

  /** Applies a change of the message with that number. null: it changes nothing that is drawn. */
  apply(change: Change, seq: number): Touched | null {
    switch (change.kind) {
      case 'event':
        return this.log.add([change.row]) ? { what: 'events' } : null;
      case 'gap':
        this.log.gap(change.at, change.why);
        return { what: 'events' };
      default:
        return seq > this.#seq ? this.#replace(change) : null;
    }
  }

  #replace(change: Exclude<Change, { kind: 'event' | 'gap' }>): Touched | null {
    switch (change.kind) {
      case 'maglevd':
        this.row = change.row;
        return { what: 'row' };
      case 'frontend': {
        const node = this.frontends.get(change.row.name);
        if (node === undefined) return null;
        node.head = change.row;
        return { what: 'frontend', frontend: change.row.name };
      }
      case 'member': {
        const { frontend, pool, row } = change;
        const members = this.frontends.get(frontend)?.pools.find(({ name }) => name === pool)?.members;
        if (members?.has(row.backend) !== true) return null;
        members.set(row.backend, row);
        return { what: 'member', frontend, pool, backend: row.backend };
      }
      case 'backend':
        if (!this.backends.has(change.row.name)) return null;
        this.backends.set(change.row.name, change.row);
        return { what: 'backend', backend: change.row.name };
      case 'syncs':
        this.syncs = change.rows;
        return { what: 'syncs' };
      case 'debts':
        this.debts = change.rows;
        return { what: 'debts' };
      case 'counters':
        this.#count(change);
        return { what: 'counters', frontend: '' };
      case 'refetch':
        return null;
    }
  }

  #count({ at, vips }: Counters): void {
    this.countersAt = at;
    for (const vip of vips) if (vip.frontend !== '') this.counters.set(vip.frontend, vip);
  }
}
