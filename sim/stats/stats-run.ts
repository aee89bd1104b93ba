import { dirname } from 'node:path';
import { asMaglevError, MaglevError } from '../../domain/errors.js';
import { type DescriptorServer, serveDescriptor } from '../../linux/fd-server.js';
import type { Clock } from '../../protocol/clock.js';
import type { TableHeap } from '../lb/heap.js';
import type { LbStatistics } from '../lb/lb-statistics.js';
import { makeFolder } from '../server/socket-path.js';
import { VppStats, type VppStatsOptions } from './vpp-stats.js';

/** The stats segment of one run of VPP, and the socket that hands it out. */
export class StatsRun {
  readonly #socketPath: string;
  readonly #clock: Clock;
  readonly #stats: VppStats;
  #server: DescriptorServer | null = null;

  /** Throws MGL_LINUX_UNSUPPORTED. */
  constructor(socketPath: string, options: VppStatsOptions) {
    this.#socketPath = socketPath;
    this.#clock = options.clock;
    this.#stats = new VppStats(options);
  }

  get statistics(): LbStatistics {
    return this.#stats;
  }

  showHeap(heap: TableHeap): void {
    this.#stats.showHeap(heap);
  }

  /** Opens the socket; creates its folder. Throws MGL_LISTEN. */
  listen(): void {
    const path = this.#socketPath;
    try {
      makeFolder(dirname(path));
      this.#server = serveDescriptor({ path, fd: this.#stats.fd, clock: this.#clock });
    } catch (thrown) {
      const error = asMaglevError(thrown);
      if (error.code === 'MGL_LINUX_UNSUPPORTED') throw error;
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw new MaglevError('MGL_LISTEN', `cannot hand out the stats segment on ${path}: ${reason}`, {
        cause: thrown,
        advice: 'Choose a path with --stats-socket that you may create, and where nothing else listens.',
      });
    }
  }

  /** VPP hangs: it hands out nothing, and its heart stands still. */
  suspend(): void {
    this.#server?.suspend();
    this.#stats.suspend();
  }

  resume(): void {
    this.#server?.resume();
    this.#stats.resume();
  }

  /** The end of this VPP. Whoever has its segment keeps it, as it is. */
  close(): void {
    this.#server?.close();
    this.#stats.close();
  }
}
