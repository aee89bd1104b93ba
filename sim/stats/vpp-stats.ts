import { createMemfd } from '../../linux/memfd.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { VipCounters } from '../lb/flow-table.js';
import type { TableHeap } from '../lb/heap.js';
import type { LbStatistics } from '../lb/lb-statistics.js';
import { type EntryNumber, StatsSegmentWriter } from './stats-segment-writer.js';
import { entriesOfFreshVpp, type VppEntry } from './vpp-entries.js';

export interface VppStatsOptions {
  readonly clock: Clock;
  /** 1 and one more for each worker; default 1. */
  readonly threads?: number;
  /** Milliseconds between two beats; default 10 000, as VPP's. */
  readonly updateIntervalMs?: number;
  /** Bytes; default 32 MiB, as VPP's. They take memory only as far as they are used. */
  readonly size?: number;
  /** Where VPP would have mapped it. */
  readonly base?: bigint;
}

/** Names of the counters of a VIP, in the order in which VPP creates them. */
const vipCounterNames: Readonly<Record<keyof VipCounters, string>> = {
  next: 'packet from existing sessions',
  first: 'first session packet',
  untracked: 'untracked packet',
  noServer: 'no server configured',
};

const DEFAULT_SIZE = 32 * 1024 * 1024;
const DEFAULT_BASE = 0x7f5a_3c00_0000n;
const LOOPS_PER_SECOND = 1_000_000n;

/**
 * The statistics of one VPP in real memory, from its start to its end: what it has from the beginning, its heartbeat,
 * and the counters of the lb plugin and of the FIB, which grow with what is created. Throws SimulatedCrash when they
 * do not fit.
 */
export class VppStats implements LbStatistics {
  /** The memory, to hand out. */
  readonly fd: number;
  readonly writer: StatsSegmentWriter;
  readonly threads: number;
  readonly #clock: Clock;
  readonly #updateIntervalMs: number;
  readonly #bootedAt: number;
  #mainHeap: TableHeap | null = null;
  #cancelBeat: Cancel = () => undefined;
  #closed = false;

  constructor(options: VppStatsOptions) {
    this.#clock = options.clock;
    this.threads = options.threads ?? 1;
    this.#updateIntervalMs = options.updateIntervalMs ?? 10_000;
    this.#bootedAt = options.clock.monotonic();
    const size = options.size ?? DEFAULT_SIZE;
    this.fd = createMemfd('stat segment', size);
    this.writer = new StatsSegmentWriter(this.fd, options.base ?? DEFAULT_BASE);
    for (const entry of entriesOfFreshVpp(this.threads, size)) this.#create(entry);
    this.writer.setScalar(this.#number('/sys/boottime'), BigInt(Math.floor(options.clock.now() / 1000)));
    this.#beat();
  }

  readonly vipCreated = (index: number): void => {
    for (const name of Object.values(vipCounterNames)) {
      const number = this.writer.find(name) ?? this.writer.addSimple(name);
      this.writer.validate(number, this.threads - 1, index);
      for (let thread = 0; thread < this.threads; thread++) this.writer.setSimple(number, thread, index, 0n);
    }
  };

  readonly loadBalanceCreated = (index: number): void => {
    const numbers = [this.#number('/net/route/to'), this.#number('/net/route/via')];
    for (const number of numbers) this.writer.validate(number, this.threads - 1, index);
    for (const number of numbers) {
      for (let thread = 0; thread < this.threads; thread++)
        this.writer.setCombined(number, thread, index, 0n, 0n);
    }
  };

  readonly countVip = (counter: keyof VipCounters, index: number, packets: number, thread = 0): void => {
    this.writer.addToSimple(this.#number(vipCounterNames[counter]), thread, index, BigInt(packets));
  };

  readonly countRoute = (
    way: 'to' | 'via',
    index: number,
    packets: number,
    bytes: number,
    thread = 0,
  ): void => {
    this.writer.addToCombined(
      this.#number(`/net/route/${way}`),
      thread,
      index,
      BigInt(packets),
      BigInt(bytes),
    );
  };

  /** The heap whose use is told from now on, as of the last beat. */
  showHeap(heap: TableHeap): void {
    this.#mainHeap = heap;
    this.#tellHeap();
  }

  /** Stops the heart, as a VPP that hangs. */
  suspend(): void {
    this.#cancelBeat();
  }

  /** Lets it beat on. */
  resume(): void {
    this.suspend();
    if (!this.#closed) this.#beat();
  }

  /** The end of this VPP. Whoever has the memory keeps it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelBeat();
    this.writer.close();
  }

  /** What VPP's collector does: at the start, and then once in every interval. */
  #beat(): void {
    const uptime = Math.floor((this.#clock.monotonic() - this.#bootedAt) / 1000);
    const segment = this.#number('/mem/stat segment');
    const { size, used } = this.writer.memory;
    this.writer.setSimple(segment, 0, 1, BigInt(used));
    this.writer.setSimple(segment, 0, 2, BigInt(size - used));
    this.#tellHeap();
    const loops = this.#number('/sys/loops_per_worker');
    for (let thread = 0; thread < this.threads; thread++)
      this.writer.setSimple(loops, 0, thread, LOOPS_PER_SECOND);
    this.writer.setScalar(this.#number('/sys/last_update'), BigInt(uptime));
    const heartbeat = this.#number('/sys/heartbeat');
    this.writer.setScalar(heartbeat, this.writer.scalar(heartbeat) + 1n);
    this.#cancelBeat = this.#clock.schedule(this.#updateIntervalMs, () => this.#beat());
  }

  #tellHeap(): void {
    if (this.#mainHeap === null) return;
    const { limit, used } = this.#mainHeap;
    const free = limit - used;
    const number = this.#number('/mem/main heap');
    // Total, used, free, used by mmap, largest, free chunks, releasable.
    for (const [column, value] of [limit, used, free, 0, limit, 72, free].entries()) {
      this.writer.setSimple(number, 0, column, BigInt(value));
    }
  }

  #create(entry: VppEntry): void {
    const { writer } = this;
    switch (entry.kind) {
      case 'scalar':
      case 'gauge': {
        const number = entry.kind === 'scalar' ? writer.addScalar(entry.name) : writer.addGauge(entry.name);
        writer.setScalar(number, entry.value ?? 0n);
        return;
      }
      case 'simple':
      case 'combined': {
        const number =
          entry.kind === 'simple' ? writer.addSimple(entry.name) : writer.addCombined(entry.name);
        writer.validate(number, entry.threads === 'all' ? this.threads - 1 : 0, entry.length - 1);
        for (const [index, value] of (entry.values ?? []).entries())
          writer.setSimple(number, 0, index, value);
        return;
      }
      case 'names': {
        const number = writer.addNames(entry.name);
        for (const [index, name] of entry.values.entries()) writer.setName(number, index, name);
        return;
      }
      case 'symlink':
        writer.addSymlink(entry.name, this.#number(entry.target), entry.column);
    }
  }

  #number(name: string): EntryNumber {
    const number = this.writer.find(name);
    if (number === null) throw new RangeError(`there is no entry "${name}"`);
    return number;
  }
}
