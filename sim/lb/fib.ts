import type { IpFamily } from '../../domain/ip.js';
import { formatPrefix, type Ip46, normalisePrefix } from './ip46.js';
import { Pool } from './pool.js';
import { PrefixLengths } from './prefix-lengths.js';
import { RouteCounters } from './route-counters.js';
import type { VipType } from './vip-type.js';

/** Load-balance objects that a fresh VPP already has, the two default routes included. */
const LOAD_BALANCES_AT_START = 8;
/** Those of the default routes among them. */
const DEFAULT_ROUTE: Readonly<Record<IpFamily, number>> = { 4: 1, 6: 6 };
/** Answers of lookups that are remembered until the next change. */
const REMEMBERED_MAX = 65_536;

/** What a VIP's route hands packets to: one VIP, or the table that has the VIPs of a prefix by port. */
export type VipTarget =
  | { readonly kind: 'vip'; readonly type: VipType; readonly vipIndex: number }
  | { readonly kind: 'ports'; readonly type: VipType; readonly prefixIndex: number };

/** What a route is for packets. */
export interface FoundRoute {
  readonly loadBalance: number;
  /** null: it leads out of VPP, or nowhere. */
  readonly target: VipTarget | null;
}

interface Route {
  readonly loadBalance: number;
  sources: number;
  target: VipTarget | null;
}

/**
 * As much of the FIB as the plugin's output and its packets show: every route has a load-balance object, whose number
 * `show lb vips verbose` prints as `dpo` and by which VPP counts traffic. Routes to one prefix share it. It lives as
 * long as anything holds it, and a server slot holds that of its last owner until it gets another one.
 */
export class Fib {
  readonly counters: RouteCounters;
  readonly #loadBalances = new Pool<{ holders: number }>();
  readonly #routes = new Map<string, Route>();
  readonly #vipLengths: Readonly<Record<IpFamily, PrefixLengths>> = {
    4: new PrefixLengths(32),
    6: new PrefixLengths(128),
  };
  readonly #remembered = new Map<string, FoundRoute>();

  readonly #created: (loadBalance: number) => void;

  /** `created` is told of every load-balance object, those of the start included. */
  constructor(threadCount: number, created: (loadBalance: number) => void) {
    this.counters = new RouteCounters(threadCount);
    this.#created = created;
    for (let i = 0; i < LOAD_BALANCES_AT_START; i++) this.#create();
    for (const family of [4, 6] as const) {
      const prefix = family === 4 ? '0.0.0.0/0' : '::/0';
      this.#routes.set(prefix, { loadBalance: DEFAULT_ROUTE[family], sources: 1, target: null });
    }
  }

  /** Adds a reason for a route; returns the number of its load-balance object. */
  addSource(prefix: string): number {
    return this.#addSource(prefix).loadBalance;
  }

  /** Takes a reason away; the route goes with the last one. Unknown routes are ignored, as VPP does. */
  removeSource(prefix: string): void {
    const route = this.#routes.get(prefix);
    if (route === undefined) return;
    this.#remembered.clear();
    route.sources--;
    if (route.sources > 0) return;
    this.#routes.delete(prefix);
    this.release(route.loadBalance);
  }

  /** Adds the route of a VIP; it comes before any other reason for a route to the same prefix. */
  addVipRoute(prefix: string, target: VipTarget): void {
    this.#addSource(prefix).target = target;
    this.#vipLengths[familyOf(prefix)].add(lengthOf(prefix));
  }

  removeVipRoute(prefix: string): void {
    const route = this.#routes.get(prefix);
    if (route === undefined || route.target === null) return;
    route.target = null;
    this.#vipLengths[familyOf(prefix)].remove(lengthOf(prefix));
    this.removeSource(prefix);
  }

  /** The route to exactly this prefix, or null. */
  routeTo(prefix: string): FoundRoute | null {
    return this.#routes.get(prefix) ?? null;
  }

  /** The number of its load-balance object. */
  loadBalanceOf(prefix: string): number | null {
    return this.routeTo(prefix)?.loadBalance ?? null;
  }

  /** The route that packets for an address take. */
  lookup(family: IpFamily, address: Ip46): FoundRoute {
    const key = `${family} ${address.text}`;
    const remembered = this.#remembered.get(key);
    if (remembered !== undefined) return remembered;
    const found = this.#find(family, address);
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
    this.#remembered.set(key, found);
    return found;
  }

  hold(loadBalance: number): void {
    const object = this.#loadBalances.get(loadBalance);
    if (object === undefined) throw new RangeError(`load-balance ${loadBalance} does not exist`);
    object.holders++;
  }

  release(loadBalance: number): void {
    const object = this.#loadBalances.get(loadBalance);
    if (object === undefined) throw new RangeError(`load-balance ${loadBalance} does not exist`);
    object.holders--;
    if (object.holders === 0) this.#loadBalances.put(loadBalance);
  }

  #addSource(prefix: string): Route {
    this.#remembered.clear();
    const route = this.#routes.get(prefix) ?? { loadBalance: this.#create(), sources: 0, target: null };
    route.sources++;
    this.#routes.set(prefix, route);
    return route;
  }

  /** A server's route has no way of its own: it leads where the next shorter route that is not a server's does. */
  #find(family: IpFamily, address: Ip46): FoundRoute {
    const host = this.#routeAt(family, address, family === 4 ? 32 : 128);
    const covering = host?.target ? host : this.#findVip(family, address);
    const { loadBalance } = host ?? covering ?? { loadBalance: DEFAULT_ROUTE[family] };
    return { loadBalance, target: covering?.target ?? null };
  }

  #findVip(family: IpFamily, address: Ip46): Route | null {
    for (const length of this.#vipLengths[family].longestFirst()) {
      const route = this.#routeAt(family, address, length);
      if (route?.target) return route;
    }
    return null;
  }

  #routeAt(family: IpFamily, address: Ip46, length: number): Route | null {
    const inside = family === 4 ? length + 96 : length;
    // The plugin takes such an IPv6 prefix for IPv4, so no route of its has it.
    if (family === 6 && address.isIp4 && inside >= 96) return null;
    return this.#routes.get(formatPrefix(normalisePrefix(address, inside), inside)) ?? null;
  }

  /** A new object, held by its route. */
  #create(): number {
    const { index, value } = this.#loadBalances.take(() => ({ holders: 0 }));
    value.holders = 1;
    this.counters.create(index);
    this.#created(index);
    return index;
  }
}

function familyOf(prefix: string): IpFamily {
  return prefix.includes(':') ? 6 : 4;
}

function lengthOf(prefix: string): number {
  return Number(prefix.slice(prefix.indexOf('/') + 1));
}
