import type { Counters, HistoryAnswer } from './contract.js';

/** One point of a sparkline is the mean of so long. */
const STEP_MS = 10_000;
/** 15 minutes. */
const STEPS = 90;
/** Of one maglevd; further servers are not kept. 90 steps of two numbers of four bytes each make 14 MB of so many. */
const MOST_SERVERS = 20_000;

interface Series {
  readonly frontend: string;
  readonly backend: string;
  readonly address: string;
  readonly packets: Float32Array;
  readonly bytes: Float32Array;
  /** Of the step that is under way: sums, and how many. */
  sums: { packets: number; bytes: number; count: number };
}

/** What each server got in the last 15 minutes, step by step. */
export class TrafficHistory {
  readonly #series = new Map<string, Series>();
  /** Number of the step that is under way: time by its length. */
  #step = 0;

  add({ at, vips }: Counters): void {
    this.#advance(Math.floor(at / STEP_MS));
    for (const { vip, frontend, servers } of vips) {
      for (const { address, backend, packetsPerSecond, bytesPerSecond } of servers) {
        if (packetsPerSecond === null) continue;
        const series = this.#of(`${vip} ${address}`, { frontend, backend, address });
        if (series === null) continue;
        series.sums.packets += packetsPerSecond;
        series.sums.bytes += bytesPerSecond ?? 0;
        series.sums.count++;
      }
    }
  }

  /** Of every server of a frontend. */
  of(frontend: string): HistoryAnswer {
    const mine = [...this.#series.values()].filter((one) => one.frontend === frontend);
    return {
      end: this.#step * STEP_MS,
      stepMs: STEP_MS,
      servers: mine.map(({ backend, address, packets, bytes }) => ({
        backend,
        address,
        packetsPerSecond: this.#inOrder(packets),
        bytesPerSecond: this.#inOrder(bytes),
      })),
    };
  }

  #of(key: string, names: Pick<Series, 'frontend' | 'backend' | 'address'>): Series | null {
    const known = this.#series.get(key);
    if (known !== undefined && known.frontend === names.frontend && known.backend === names.backend)
      return known;
    if (known === undefined && this.#series.size >= MOST_SERVERS) return null;
    const empty = () => new Float32Array(STEPS).fill(Number.NaN);
    const sums = { packets: 0, bytes: 0, count: 0 };
    const series = { ...names, packets: empty(), bytes: empty(), sums };
    this.#series.set(key, series);
    return series;
  }

  /** Ends the steps before this one. A clock that was set back begins anew. */
  #advance(step: number): void {
    if (step === this.#step) return;
    if (step < this.#step || this.#step === 0) {
      this.#series.clear();
      this.#step = step;
      return;
    }
    const passed = Math.min(step - this.#step, STEPS);
    for (const [key, series] of this.#series) {
      const { packets, bytes, count } = series.sums;
      series.packets[this.#step % STEPS] = count === 0 ? Number.NaN : packets / count;
      series.bytes[this.#step % STEPS] = count === 0 ? Number.NaN : bytes / count;
      series.sums = { packets: 0, bytes: 0, count: 0 };
      for (let i = 1; i < passed; i++) {
        series.packets[(this.#step + i) % STEPS] = Number.NaN;
        series.bytes[(this.#step + i) % STEPS] = Number.NaN;
      }
      if (series.packets.every(Number.isNaN)) this.#series.delete(key);
    }
    this.#step = step;
  }

  #inOrder(ring: Float32Array): (number | null)[] {
    return Array.from({ length: STEPS }, (_, i) => {
      const value = ring[(this.#step + i) % STEPS] ?? Number.NaN;
      return Number.isNaN(value) ? null : Math.round(value * 100) / 100;
    });
  }
}
