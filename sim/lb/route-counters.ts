export interface Traffic {
  readonly packets: number;
  readonly bytes: number;
}

type MutableTraffic = { -readonly [Key in keyof Traffic]: Traffic[Key] };

/**
 * The traffic of routes, by the number of their load-balance object. `to` counts what was looked up and found the route,
 * `via` what was handed to it: a packet for a VIP counts in `to` of the VIP's route with the length it came with, and in
 * `via` of the server's route with the length it leaves with.
 */
export class RouteCounters {
  readonly #threads: readonly { readonly to: MutableTraffic[]; readonly via: MutableTraffic[] }[];
  #length = 0;

  constructor(threadCount: number) {
    this.#threads = Array.from({ length: threadCount }, () => ({ to: [], via: [] }));
  }

  /** One more than the highest number there ever was: VPP's vectors never shrink. */
  get length(): number {
    return this.#length;
  }

  /** The object is created, and starts at 0. */
  create(loadBalance: number): void {
    this.#length = Math.max(this.#length, loadBalance + 1);
    for (const { to, via } of this.#threads) {
      to[loadBalance] = { packets: 0, bytes: 0 };
      via[loadBalance] = { packets: 0, bytes: 0 };
    }
  }

  count(direction: 'to' | 'via', thread: number, loadBalance: number, bytes: number): void {
    const traffic = this.#threads[thread]?.[direction][loadBalance];
    if (traffic === undefined) throw new RangeError(`no load-balance ${loadBalance} on thread ${thread}`);
    traffic.packets++;
    traffic.bytes += bytes;
  }

  /** Of one thread. */
  of(direction: 'to' | 'via', thread: number, loadBalance: number): Traffic {
    return this.#threads[thread]?.[direction][loadBalance] ?? { packets: 0, bytes: 0 };
  }

  /** The sum over all threads. */
  total(direction: 'to' | 'via', loadBalance: number): Traffic {
    const sum = { packets: 0, bytes: 0 };
    for (let thread = 0; thread < this.#threads.length; thread++) {
      const { packets, bytes } = this.of(direction, thread, loadBalance);
      sum.packets += packets;
      sum.bytes += bytes;
    }
    return sum;
  }
}
