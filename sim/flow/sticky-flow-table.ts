import { SimulatedCrash } from '../lb/crash.js';
import type { FlowTable, FlowTableThread, PacketFate, Passage, VipCounters } from '../lb/flow-table.js';
import type { TableHeap } from '../lb/heap.js';
import { StickyTable } from './sticky-table.js';

/** What the table follows when the configuration changes. */
export interface StickyConfig {
  readonly bucketsPerThread: number;
  readonly flowTimeout: number;
}

type Counters = { -readonly [Key in PacketFate]: number };

interface Thread {
  /** null until the first packet. */
  table: StickyTable | null;
  readonly counters: Counters[];
}

/** Entries count from here, so that a time of 0 is long over when VPP starts. */
const TIME_OFFSET_SECONDS = 10_000;

/** The flow tables and packet counters of all threads of one VPP, and the one count of references to servers. */
export class StickyFlowTable implements FlowTable {
  readonly #threads: readonly Thread[];
  readonly #references = new ReferenceCounts();
  readonly #config: StickyConfig;
  readonly #heap: TableHeap;
  readonly #uptime: () => number;

  /** `uptime` in seconds. */
  constructor(threadCount: number, config: StickyConfig, heap: TableHeap, uptime: () => number) {
    this.#threads = Array.from({ length: threadCount }, () => ({ table: null, counters: [] }));
    this.#config = config;
    this.#heap = heap;
    this.#uptime = uptime;
  }

  get threadCount(): number {
    return this.#threads.length;
  }

  pass(threadIndex: number, vipIndex: number, hash: number, choice: number): Passage {
    const thread = this.#thread(threadIndex);
    const table = this.#tableOf(thread);
    const now = this.#now();
    const { server, free } = table.find(hash, vipIndex, now);
    const passage = passageOf(server, free, choice);
    if (server === 0 && free !== null) {
      this.#references.move(table.put(free, hash, vipIndex, choice, now), choice);
    }
    countersAt(thread, vipIndex)[passage.fate]++;
    return passage;
  }

  references(asIndex: number): number {
    return this.#references.of(asIndex);
  }

  flush(vipIndex: number, asIndex: number | 'all'): void {
    for (const { table } of this.#threads) {
      table?.flush(vipIndex, asIndex, (server) => this.#references.move(server, 0));
    }
  }

  drop(): void {
    for (const thread of this.#threads) this.#dropTable(thread);
  }

  counters(vipIndex: number): VipCounters {
    const sum: Counters = { next: 0, first: 0, untracked: 0, noServer: 0 };
    for (const thread of this.#threads) {
      const { next, first, untracked, noServer } = countersAt(thread, vipIndex);
      sum.next += next;
      sum.first += first;
      sum.untracked += untracked;
      sum.noServer += noServer;
    }
    return sum;
  }

  countersOfThread(thread: number, vipIndex: number): VipCounters {
    return countersAt(this.#thread(thread), vipIndex);
  }

  zeroCounters(vipIndex: number): void {
    for (const { counters } of this.#threads) delete counters[vipIndex];
  }

  threads(): readonly FlowTableThread[] {
    const now = this.#now();
    return this.#threads.flatMap(({ table }, index) =>
      table === null
        ? []
        : [{ index, timeout: table.timeout, liveEntries: table.liveEntries(now), buckets: table.buckets }],
    );
  }

  /** What was configured holds from the next packet of a thread on. Another number of buckets makes it forget all flows. */
  #tableOf(thread: Thread): StickyTable {
    const { bucketsPerThread, flowTimeout } = this.#config;
    if (thread.table !== null && thread.table.buckets !== bucketsPerThread) this.#dropTable(thread);
    thread.table ??= this.#newTable(bucketsPerThread, flowTimeout);
    thread.table.timeout = flowTimeout;
    return thread.table;
  }

  #newTable(buckets: number, timeout: number): StickyTable {
    if (buckets === 0) throw new SimulatedCrash('sticky-buckets-zero', 'at the first packet of a thread');
    this.#heap.allocateSticky(buckets);
    return new StickyTable(buckets, timeout);
  }

  #dropTable(thread: Thread): void {
    if (thread.table === null) return;
    for (const server of thread.table.servers()) if (server !== 0) this.#references.move(server, 0);
    this.#heap.freeSticky(thread.table.buckets);
    thread.table = null;
  }

  #thread(index: number): Thread {
    const thread = this.#threads[index];
    if (thread === undefined) throw new RangeError(`there is no thread ${index}`);
    return thread;
  }

  #now(): number {
    return Math.floor(this.#uptime() + TIME_OFFSET_SECONDS) >>> 0;
  }
}

/** A full bucket counts as untracked, whether there is a server or not. */
function passageOf(known: number, free: number | null, choice: number): Passage {
  if (known !== 0) return { server: known, fate: 'next' };
  if (free === null) return { server: choice, fate: 'untracked' };
  return { server: choice, fate: choice === 0 ? 'noServer' : 'first' };
}

function countersAt(thread: Thread, vipIndex: number): Counters {
  const found = thread.counters[vipIndex];
  if (found !== undefined) return found;
  const fresh: Counters = { next: 0, first: 0, untracked: 0, noServer: 0 };
  thread.counters[vipIndex] = fresh;
  return fresh;
}

/** How many entries of the flow tables lead to each server. Server 0 stands for none, and is not counted. */
export class ReferenceCounts {
  readonly #counts: number[] = [];

  of(server: number): number {
    return this.#counts[server] ?? 0;
  }

  /** An entry that led to one server leads to another. */
  move(from: number, to: number): void {
    if (from !== 0) this.#counts[from] = this.of(from) - 1;
    if (to !== 0) this.#counts[to] = this.of(to) + 1;
  }
}
