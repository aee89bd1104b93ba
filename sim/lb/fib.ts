import { Pool } from './pool.js';

/** Load-balance objects that a fresh VPP already has, the two default routes included. */
const LOAD_BALANCES_AT_START = 8;

/**
 * As much of the FIB as shows in the plugin's output: every route has a load-balance object, whose number `show lb vips
 * verbose` prints as `dpo` and by which VPP counts the traffic to a server. Routes to one prefix share it. It lives as
 * long as anything holds it, and a server slot holds that of its last owner until it gets another one.
 */
export class Fib {
  readonly #loadBalances = new Pool<{ holders: number }>();
  readonly #routes = new Map<string, { readonly loadBalance: number; sources: number }>();

  readonly #created: (loadBalance: number) => void;

  /** `created` is told of every load-balance object, those of the start included. */
  constructor(created: (loadBalance: number) => void) {
    this.#created = created;
    for (let i = 0; i < LOAD_BALANCES_AT_START; i++) this.#create();
    this.#routes.set('::/0', { loadBalance: 0, sources: 1 });
    this.#routes.set('0.0.0.0/0', { loadBalance: 1, sources: 1 });
  }

  /** Adds a reason for a route; returns the number of its load-balance object. */
  addSource(prefix: string): number {
    const route = this.#routes.get(prefix) ?? { loadBalance: this.#create(), sources: 0 };
    route.sources++;
    this.#routes.set(prefix, route);
    return route.loadBalance;
  }

  /** Takes a reason away; the route goes with the last one. Unknown routes are ignored, as VPP does. */
  removeSource(prefix: string): void {
    const route = this.#routes.get(prefix);
    if (route === undefined) return;
    route.sources--;
    if (route.sources > 0) return;
    this.#routes.delete(prefix);
    this.release(route.loadBalance);
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

  /** A new object, held by its route. */
  #create(): number {
    const { index, value } = this.#loadBalances.take(() => ({ holders: 0 }));
    value.holders = 1;
    this.#created(index);
    return index;
  }
}
