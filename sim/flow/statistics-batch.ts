import type { PacketFate } from '../lb/flow-table.js';
import type { LbStatistics } from '../lb/lb-statistics.js';

interface VipCount {
  readonly fate: PacketFate;
  readonly vipIndex: number;
  readonly thread: number;
  packets: number;
}

interface RouteCount {
  readonly way: 'to' | 'via';
  readonly loadBalance: number;
  readonly thread: number;
  packets: number;
  bytes: number;
}

/** Adds up what many packets count, because every single step in the stats segment is a system call. */
export class StatisticsBatch {
  readonly #vips = new Map<string, VipCount>();
  readonly #routes = new Map<string, RouteCount>();

  countVip(thread: number, fate: PacketFate, vipIndex: number): void {
    const key = `${thread} ${fate} ${vipIndex}`;
    const count = this.#vips.get(key);
    if (count === undefined) this.#vips.set(key, { fate, vipIndex, thread, packets: 1 });
    else count.packets++;
  }

  countRoute(thread: number, way: 'to' | 'via', loadBalance: number, bytes: number): void {
    const key = `${thread} ${way} ${loadBalance}`;
    const count = this.#routes.get(key);
    if (count === undefined) {
      this.#routes.set(key, { way, loadBalance, thread, packets: 1, bytes });
    } else {
      count.packets++;
      count.bytes += bytes;
    }
  }

  flush(statistics: LbStatistics): void {
    for (const { fate, vipIndex, packets, thread } of this.#vips.values()) {
      statistics.countVip(fate, vipIndex, packets, thread);
    }
    for (const { way, loadBalance, packets, bytes, thread } of this.#routes.values()) {
      statistics.countRoute(way, loadBalance, packets, bytes, thread);
    }
    this.#vips.clear();
    this.#routes.clear();
  }
}
