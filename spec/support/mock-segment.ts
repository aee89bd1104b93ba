import type { StatsSource } from '../../actors/vpp/api.js';
import type { Counters, PacketsAndBytes } from '../../binapi/stats/counters.js';
import { type StatsRequest, StatsSnapshot } from '../../binapi/stats/snapshot.js';
import type { StatsValue } from '../../binapi/stats/values.js';
import type { MaglevError } from '../../domain/errors.js';

/** A stats segment in the terms of its reader. Counters that are not set are 0; one that was not asked for throws. */
export class MockSegment implements StatsSource {
  /** Seconds. */
  bootTime = 1_700_000_000;
  /** By name and index. */
  readonly simple = new Map<string, Map<number, bigint>>();
  readonly combined = new Map<string, Map<number, PacketsAndBytes>>();
  /** What every snapshot rejects with. */
  failure: Error | MaglevError | null = null;
  /** Called before every snapshot. */
  beforeSnapshot: () => void = () => {};
  snapshots = 0;
  closed = false;

  constructor() {
    for (const name of Object.values(COUNTERS)) this.simple.set(name, new Map());
    for (const name of ['/net/route/to', '/net/route/via']) this.combined.set(name, new Map());
  }

  /** Sets the four counters of the VIP in this place. */
  vip(index: number, next: bigint, first = 0n, untracked = 0n, noServer = 0n): void {
    for (const [counter, value] of Object.entries({ next, first, untracked, noServer }))
      this.simple.get(COUNTERS[counter as keyof typeof COUNTERS])?.set(index, value);
  }

  route(way: 'to' | 'via', index: number, packets: bigint, bytes: bigint): void {
    this.combined.get(`/net/route/${way}`)?.set(index, { packets, bytes });
  }

  readonly snapshot = async (requests: readonly StatsRequest[]): Promise<StatsSnapshot> => {
    this.snapshots++;
    this.beforeSnapshot();
    if (this.failure !== null) throw this.failure;
    const values = new Map<string, StatsValue | null>([
      ['/sys/heartbeat', { kind: 'scalar', value: 1n }],
      ['/sys/boottime', { kind: 'scalar', value: BigInt(this.bootTime) }],
    ]);
    for (const request of requests) values.set(request.name, this.#value(request));
    return new StatsSnapshot(1n, values);
  };

  readonly close = (): void => {
    this.closed = true;
  };

  #value({ name, indexes = [] }: StatsRequest): StatsValue | null {
    const simple = this.simple.get(name);
    if (simple !== undefined) return { kind: 'simple', counters: counters(indexes, simple, 0n) };
    const combined = this.combined.get(name);
    if (combined === undefined) return null;
    return { kind: 'combined', counters: counters(indexes, combined, { packets: 0n, bytes: 0n }) };
  }
}

const COUNTERS = {
  next: 'packet from existing sessions',
  first: 'first session packet',
  untracked: 'untracked packet',
  noServer: 'no server configured',
} as const;

/** As they are now: VPP counts on, a snapshot does not. */
function counters<T>(indexes: readonly number[], values: ReadonlyMap<number, T>, zero: T): Counters<T> {
  const taken = new Map(indexes.map((index) => [index, values.get(index) ?? zero]));
  return {
    length: 1000,
    at: (index) => {
      const value = taken.get(index);
      if (value === undefined) throw new RangeError(`element ${index} was not asked for`);
      return value;
    },
  };
}
