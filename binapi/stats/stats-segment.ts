import { MaglevError } from '../../domain/errors.js';
import { requestDescriptor } from '../../linux/fd-passing.js';
import { SyscallError } from '../../linux/libc.js';
import type { Clock } from '../../protocol/clock.js';
import { consistentLook, layoutError } from './consistent-look.js';
import type { CombinedCounters, SimpleCounters } from './counters.js';
import { Directory } from './directory.js';
import { DEFAULT_BEAT_MS, Heartbeat } from './heartbeat.js';
import { BadLayout, SegmentMemory } from './segment-memory.js';
import type { SegmentView } from './segment-view.js';
import { type StatsRequest, StatsSnapshot, wantedByName } from './snapshot.js';
import { readThreads, readValue, type StatsValue } from './values.js';

export interface StatsOptions {
  /** VPP's stats socket, usually /run/vpp/stats.sock. */
  readonly socketPath: string;
  /** How a descriptor of it is had, by whoever has no socket; the segment closes it. */
  readonly handOut?: () => Promise<number>;
  readonly clock: Clock;
  /** Closes the segment when it aborts. */
  readonly signal?: AbortSignal;
  /** Milliseconds for VPP to hand out the segment; default 2000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds to wait while VPP changes the structure of the segment; default 1000. */
  readonly patienceMs?: number;
  /** Milliseconds of VPP's update interval; default 10 000, as VPP's. The real one is learned. */
  readonly beatMs?: number;
}

/**
 * VPP's counters. Every method reads anew, without asking VPP, and rejects with
 * - MGL_STATS_STALE when VPP has gone or hangs, so that its counters stand still, and after `close`;
 * - MGL_STATS_BUSY when VPP did not stop changing the segment;
 * - MGL_STATS_LAYOUT when the segment, or the entry, is not what it should be.
 */
export interface StatsSegment {
  /** Names of all entries, in no particular order. */
  readonly names: () => Promise<readonly string[]>;
  /** Several entries at one moment of the segment's structure; one that VPP does not have is null in the snapshot. */
  readonly snapshot: (requests: readonly StatsRequest[]) => Promise<StatsSnapshot>;
  /** A number, or null if there is none of that name. */
  readonly scalar: (name: string) => Promise<bigint | null>;
  /** Counters summed over threads, all or those of some indexes. */
  readonly simple: (name: string, indexes?: readonly number[]) => Promise<SimpleCounters | null>;
  /** Packets and bytes summed over threads, all or those of some indexes. */
  readonly combined: (name: string, indexes?: readonly number[]) => Promise<CombinedCounters | null>;
  /** Simple counters, thread by thread; the main thread is the first. */
  readonly threads: (name: string) => Promise<readonly BigUint64Array[] | null>;
  /** Calling it again does nothing. Methods that are under way reject. */
  readonly close: () => void;
}

/**
 * Gets the stats segment from VPP and looks into it. Rejects with MGL_STATS_CONNECT when VPP does not hand it out, and
 * as the methods of the segment do.
 */
export async function openStats(options: StatsOptions): Promise<StatsSegment> {
  const memory = await requestMemory(options);
  const segment = new OpenSegment(options, memory);
  try {
    options.signal?.throwIfAborted();
    options.signal?.addEventListener('abort', segment.close, { once: true });
    await segment.snapshot([]);
    return segment;
  } catch (thrown) {
    segment.close();
    throw thrown;
  }
}

class OpenSegment implements StatsSegment {
  readonly #options: StatsOptions;
  readonly #memory: SegmentMemory;
  readonly #directory = new Directory();
  readonly #heartbeat: Heartbeat;
  /** Set once it is certain that this segment never changes again. */
  #end: MaglevError | null = null;

  constructor(options: StatsOptions, memory: SegmentMemory) {
    this.#options = options;
    this.#memory = memory;
    this.#heartbeat = new Heartbeat(options.beatMs ?? DEFAULT_BEAT_MS);
  }

  readonly close = (): void => {
    this.#options.signal?.removeEventListener('abort', this.close);
    this.#memory.close();
  };

  readonly names = (): Promise<readonly string[]> => this.#look((view) => this.#directory.scan(view));

  readonly snapshot = (requests: readonly StatsRequest[]): Promise<StatsSnapshot> =>
    this.#look((view) => this.#read(view, requests));

  readonly scalar = async (name: string): Promise<bigint | null> =>
    (await this.snapshot([{ name }])).scalar(name);

  readonly simple = async (name: string, indexes?: readonly number[]): Promise<SimpleCounters | null> =>
    (await this.snapshot([{ name, ...(indexes === undefined ? {} : { indexes }) }])).simple(name);

  readonly combined = async (name: string, indexes?: readonly number[]): Promise<CombinedCounters | null> =>
    (await this.snapshot([{ name, ...(indexes === undefined ? {} : { indexes }) }])).combined(name);

  readonly threads = (name: string): Promise<readonly BigUint64Array[] | null> =>
    this.#look(async (view) => {
      const entry = await this.#directory.find(view, name);
      return entry === null ? null : readThreads(view, entry);
    });

  /** A consistent look, whose result is believed only if VPP is alive. */
  async #look<T>(look: (view: SegmentView) => Promise<T>): Promise<T> {
    if (this.#end !== null) throw this.#end;
    const { clock, patienceMs } = this.#options;
    const [heartbeat, result] = await consistentLook(
      {
        memory: this.#memory,
        clock,
        patienceMs: patienceMs ?? 1000,
        onDiscard: () => this.#directory.doubt(),
      },
      async (view): Promise<[bigint, T]> => {
        const beat = await this.#directory.find(view, '/sys/heartbeat');
        return [beat?.value ?? 0n, await look(view)];
      },
    );
    await this.#mustBeAlive(heartbeat);
    return result;
  }

  async #read(view: SegmentView, requests: readonly StatsRequest[]): Promise<StatsSnapshot> {
    const values = new Map<string, StatsValue | null>();
    for (const [name, wanted] of wantedByName(requests)) {
      const entry = await this.#directory.find(view, name);
      values.set(name, entry === null ? null : await readValue(view, this.#directory, entry, wanted));
    }
    return new StatsSnapshot(view.header.epoch, values);
  }

  /**
   * A heartbeat that stands still may have two harmless reasons: a longer interval than was known, or a collector of
   * VPP that waits. So VPP is asked for its segment once more; a VPP that hands out this one is alive.
   */
  async #mustBeAlive(count: bigint): Promise<void> {
    const { clock } = this.#options;
    this.#heartbeat.observe(count, clock.monotonic());
    if (!this.#heartbeat.isOverdue(clock.monotonic())) return;
    const seconds = Math.round(this.#heartbeat.stillFor(clock.monotonic()) / 1000);
    const still = `its heartbeat has stood still for ${seconds} s`;
    let current: SegmentMemory;
    try {
      current = await requestMemory(this.#options);
    } catch (thrown) {
      const refusal = thrown instanceof MaglevError && thrown.cause instanceof Error ? thrown.cause : thrown;
      throw stale(`${still}, and VPP does not answer: ${messageOf(refusal)}`, thrown);
    }
    const replaced = current.identity !== this.#memory.identity;
    current.close();
    if (replaced) {
      this.#end = stale(`${still}, and another VPP hands out another segment`);
      throw this.#end;
    }
    this.#heartbeat.excuse(clock.monotonic());
  }
}

async function requestMemory(options: StatsOptions): Promise<SegmentMemory> {
  const { handOut = () => overSocket(options) } = options;
  try {
    return new SegmentMemory(await handOut());
  } catch (thrown) {
    if (thrown instanceof BadLayout) throw layoutError(thrown);
    if (!(thrown instanceof SyscallError)) throw thrown;
    throw new MaglevError('MGL_STATS_CONNECT', `VPP's stats segment is not to be had: ${thrown.message}`, {
      cause: thrown,
    });
  }
}

function overSocket({ socketPath, clock, signal, connectTimeoutMs }: StatsOptions): Promise<number> {
  return requestDescriptor({
    path: socketPath,
    clock,
    ...(connectTimeoutMs === undefined ? {} : { timeoutMs: connectTimeoutMs }),
    ...(signal === undefined ? {} : { signal }),
  });
}

function stale(reason: string, cause?: unknown): MaglevError {
  return new MaglevError('MGL_STATS_STALE', `VPP's stats segment is stale: ${reason}`, { cause });
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
