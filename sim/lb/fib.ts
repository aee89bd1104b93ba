import type { IpFamily } from '../../domain/ip.js';
import { formatPrefix, type Ip46, normalisePrefix } from './ip46.js';
import { Pool } from './pool.js';
import { PrefixLengths } from './prefix-lengths.js';
import { RouteCounters } from './route-counters.js';
import type { VipType } from './vip-type.js';

/** A route that a VPP has from its start on. Packets that take it get nowhere. */
interface RouteAtStart {
  readonly prefix: string;
  /** A VIP or a server with the same prefix takes its place; otherwise they are there and get no packets. */
  readonly yields: boolean;
  /** What it says of itself; link-local packets are looked up once more, in a table that is empty. */
  readonly drops: boolean;
}

/**
 * The routes of a fresh VPP, in the order in which they got load-balance objects: from 1 on, because object 0 belongs to
 * no route.
 */
const routesAtStart: readonly RouteAtStart[] = [
  { prefix: '0.0.0.0/0', yields: true, drops: true },
  { prefix: '0.0.0.0/32', yields: true, drops: true },
  { prefix: '240.0.0.0/4', yields: false, drops: true },
  { prefix: '224.0.0.0/4', yields: false, drops: true },
  { prefix: '255.255.255.255/32', yields: true, drops: true },
  { prefix: '::/0', yields: true, drops: true },
  { prefix: 'fe80::/10', yields: false, drops: false },
];

/** Answers of lookups that are remembered until the next change. */
const REMEMBERED_MAX = 65_536;

/**
 * What a VIP's route hands packets to: one VIP, or the table that has the VIPs of a prefix by port. That of a NAT VIP for
 * all ports leads nowhere, because VPP has nothing that would serve it.
 */
export type VipTarget =
  | { readonly kind: 'nowhere' }
  | { readonly kind: 'vip'; readonly type: VipType; readonly vipIndex: number }
  | { readonly kind: 'ports'; readonly type: VipType; readonly prefixIndex: number };

/** What a route is for packets. */
export interface FoundRoute {
  readonly loadBalance: number;
  /** null: it leads out of VPP, or nowhere. */
  readonly target: VipTarget | null;
  /** It is there to drop packets. */
  readonly drops: boolean;
}

interface Route {
  readonly loadBalance: number;
  readonly atStart: RouteAtStart | null;
  vip: VipTarget | null;
  /** Servers with this address, of however many VIPs. */
  servers: number;
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
  /** Of routes that lead somewhere by themselves. */
  readonly #lengths: Readonly<Record<IpFamily, PrefixLengths>> = {
    4: new PrefixLengths(32),
    6: new PrefixLengths(128),
  };
  readonly #remembered = new Map<string, FoundRoute>();

  readonly #created: (loadBalance: number) => void;

  /** `created` is told of every load-balance object, those of the start included. */
  constructor(threadCount: number, created: (loadBalance: number) => void) {
    this.counters = new RouteCounters(threadCount);
    this.#created = created;
    this.#create();
    for (const route of routesAtStart) {
      this.#add(route.prefix, route);
      this.#lengths[familyOf(route.prefix)].add(lengthOf(route.prefix));
    }
  }

  /** Adds the route of a server; returns the number of its load-balance object. */
  addServerRoute(prefix: string): number {
    const route = this.#routeOrNew(prefix);
    route.servers++;
    return route.loadBalance;
  }

  /** Takes the route of a server away, unless somebody else has it as well. Unknown ones are ignored, as VPP does. */
  removeServerRoute(prefix: string): void {
    const route = this.#routes.get(prefix);
    if (route === undefined) return;
    route.servers--;
    this.#reasonGone(prefix, route);
  }

  addVipRoute(prefix: string, target: VipTarget): void {
    this.#routeOrNew(prefix).vip = target;
    this.#lengths[familyOf(prefix)].add(lengthOf(prefix));
  }

  removeVipRoute(prefix: string): void {
    const route = this.#routes.get(prefix);
    if (route === undefined || route.vip === null) return;
    route.vip = null;
    this.#lengths[familyOf(prefix)].remove(lengthOf(prefix));
    this.#reasonGone(prefix, route);
  }

  /** The load-balance object of the route to exactly this prefix; null: there is no such route. */
  loadBalanceOf(prefix: string): number | null {
    return this.#routes.get(prefix)?.loadBalance ?? null;
  }

  /** The route to exactly this prefix, whose host bits are cleared; null: there is none. */
  routeTo(family: IpFamily, address: Ip46, length: number): FoundRoute | null {
    const route = this.#routeAt(family, address, length);
    if (route === null) return null;
    return leadsOnlyOn(route) ? this.lookup(family, address) : found(route, route);
  }

  /** The route that packets for an address take. */
  lookup(family: IpFamily, address: Ip46): FoundRoute {
    const key = `${family} ${address.text}`;
    const remembered = this.#remembered.get(key);
    if (remembered !== undefined) return remembered;
    const route = this.#find(family, address);
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
    this.#remembered.set(key, route);
    return route;
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

  #routeOrNew(prefix: string): Route {
    this.#remembered.clear();
    return this.#routes.get(prefix) ?? this.#add(prefix, null);
  }

  #add(prefix: string, atStart: RouteAtStart | null): Route {
    const route: Route = { loadBalance: this.#create(), atStart, vip: null, servers: 0 };
    this.#routes.set(prefix, route);
    return route;
  }

  #reasonGone(prefix: string, route: Route): void {
    this.#remembered.clear();
    if (route.atStart !== null || route.vip !== null || route.servers > 0) return;
    this.#routes.delete(prefix);
    this.release(route.loadBalance);
  }

  #find(family: IpFamily, address: Ip46): FoundRoute {
    let longest = this.#routeAt(family, address, family === 4 ? 32 : 128);
    for (const length of this.#lengths[family].longestFirst()) {
      const route = this.#routeAt(family, address, length);
      longest ??= route;
      if (longest !== null && route !== null && !leadsOnlyOn(route)) return found(longest, route);
    }
    throw new Error(`IPv${family} has no default route`);
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

/** A server's route has no way of its own: it leads where the next shorter one does. */
function leadsOnlyOn({ atStart, vip, servers }: Route): boolean {
  return vip === null && servers > 0 && (atStart === null || atStart.yields);
}

/** What `longest` is for packets when it leads where `leading` does. */
function found({ loadBalance }: Route, { atStart, vip }: Route): FoundRoute {
  if (vip !== null && (atStart === null || atStart.yields)) return { loadBalance, target: vip, drops: false };
  return { loadBalance, target: null, drops: atStart?.drops ?? true };
}

function familyOf(prefix: string): IpFamily {
  return prefix.includes(':') ? 6 : 4;
}

function lengthOf(prefix: string): number {
  return Number(prefix.slice(prefix.indexOf('/') + 1));
}
