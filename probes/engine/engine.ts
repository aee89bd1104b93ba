import type { ProbeResult } from '../../domain/probe-result.js';
import { standingNumber, standingOf } from '../../domain/standing-table.js';
import type { Cancel } from '../../protocol/clock.js';
import { describeProbe } from '../prepare.js';
import type { ProbeTarget } from '../target.js';
import { soundGrounds } from '../trust.js';
import type { RecentLimit, VppGrounds } from './contract.js';
import {
  defaultTuning,
  type EngineTuning,
  type ProbeEngine,
  type ProbeEngineOptions,
  type ProbeNews,
  type ProbeOrder,
  type Through,
  type WatchOrder,
} from './contract.js';
import { LagMeter } from './lag-meter.js';
import type { Traced } from './messages.js';
import type { NumberedNews } from './news.js';
import { Prober, type Watched } from './prober.js';
import type { StartThread } from './thread-life.js';
import { WorkerThread } from './worker-thread.js';

/** A backend as the engine knows it. */
interface Assigned extends Watched {
  readonly prober: Prober;
}

/** How long the workers may take to end before they are ended. */
const STOP_MS = 2000;

/**
 * Starts the workers. They come up while the first orders are on their way. `startThread`: how they are begun, if not as
 * workers of Node.
 */
export function createProbeEngine(options: ProbeEngineOptions, startThread?: StartThread): ProbeEngine {
  const tuning = { ...defaultTuning, ...options.tuning };
  const startWorker: StartThread = (name, order, events) =>
    new WorkerThread(name, order, tuning.entry, events);
  return new Engine(options, tuning, startThread ?? startWorker);
}

class Engine implements ProbeEngine {
  readonly #options: ProbeEngineOptions;
  readonly #tuning: EngineTuning;
  readonly #startThread: StartThread;
  /** For what is probed by bare descriptors, and by Node: TLS takes a thread long and has one to itself. */
  readonly #plain: readonly Prober[];
  #tls: Prober | null = null;
  readonly #lag: LagMeter;
  readonly #assigned = new Map<string, Assigned>();
  /** The same by row. */
  readonly #rows: (Assigned | undefined)[] = [];
  #grounds: VppGrounds | null = null;
  #lastNumber = 0;
  #assignments = 0;
  #told: string | null = null;
  #look: Cancel = () => {};
  #stopped: Promise<void> | null = null;

  constructor(options: ProbeEngineOptions, tuning: EngineTuning, startThread: StartThread) {
    this.#options = options;
    this.#tuning = tuning;
    this.#startThread = startThread;
    this.#lag = new LagMeter(options.clock, () => {}, tuning.mainBeatMs);
    this.#plain = Array.from({ length: options.workers }, (_, i) =>
      this.#newProber(`probes-${i}`, 'kernel', null),
    );
    this.#watch();
  }

  readonly watch = (key: string, order: WatchOrder): void => {
    if (this.#stopped !== null) return;
    const assigned = this.#assign(key, order);
    const { prober } = assigned;
    prober.traces(this.#options.log.enabled('debug'));
    prober.watch(assigned, order.startMs);
  };

  readonly retune = (key: string, order: ProbeOrder): void => {
    const assigned = this.#assigned.get(key);
    assigned?.prober.retune(assigned.row, order);
  };

  readonly forget = (key: string): void => {
    const assigned = this.#assigned.get(key);
    if (assigned === undefined) return;
    const { row, prober, number } = assigned;
    this.#assigned.delete(key);
    this.#rows[row] = undefined;
    prober.forget(row);
    prober.acquit(number);
  };

  readonly settle = (key: string, ticket: number, doubt: ProbeResult | null): void => {
    const assigned = this.#assigned.get(key);
    assigned?.prober.settle(assigned.row, ticket, doubt);
  };

  readonly blameVpp = (grounds: VppGrounds | null): void => {
    this.#grounds = grounds;
    for (const prober of this.#probers()) prober.blameVpp(grounds);
  };

  readonly through = (): Through => {
    const all = this.#probers().map(({ through }) => through);
    return all.reduce((latest, one) => (one.at > latest.at ? one : latest));
  };

  readonly typeOf: ProbeEngine['typeOf'] = (key) => this.#assigned.get(key)?.target.probe.type ?? null;

  readonly condition = () => ({
    mainLagMs: Math.round(this.#lag.recent()),
    workers: this.#probers().map(({ condition }) => condition),
  });

  readonly stop = (): Promise<void> => {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  };

  async #stop(): Promise<void> {
    this.#look();
    this.#lag.stop();
    const probers = this.#probers();
    const giveUp = this.#options.clock.schedule(STOP_MS, () => {
      for (const prober of probers) prober.kill();
    });
    await Promise.all(probers.map((prober) => prober.stop()));
    giveUp();
  }

  #probers(): readonly Prober[] {
    return this.#tls === null ? this.#plain : [...this.#plain, this.#tls];
  }

  #newProber(name: string, io: 'kernel' | 'node', recent: RecentLimit | null): Prober {
    const { netns, clock, log, book, trust = soundGrounds } = this.#options;
    const prober = new Prober({
      name,
      io,
      recent,
      netns,
      trust,
      clock,
      log,
      book,
      tuning: this.#tuning,
      startThread: this.#startThread,
      troubled: () => this.#tellTrouble(),
      news: (news) => this.#tellNews(news),
      trace: (trace) => this.#tellTrace(trace),
    });
    if (this.#grounds !== null) prober.blameVpp(this.#grounds);
    return prober;
  }

  /** Always to the same thread, as long as its kind does not ask for another. */
  #assign(key: string, { target, check, round, standing: known }: WatchOrder): Assigned {
    const before = this.#assigned.get(key);
    const standing = standingNumber(known);
    if (before?.target === target) return Object.assign(before, { check, round, standing, ticket: 0 });
    const stays = before !== undefined && needsNode(before.target) === needsNode(target);
    const prober = stays ? before.prober : this.#proberFor(target);
    if (before !== undefined) {
      before.prober.acquit(before.number);
      if (!stays) before.prober.forget(before.row);
    }
    const row = before?.row ?? this.#options.book.rowOf(key);
    const number = ++this.#lastNumber;
    const assigned = { row, key, number, prober, target, check, round, standing, ticket: 0 };
    this.#assigned.set(key, assigned);
    this.#rows[row] = assigned;
    return assigned;
  }

  #proberFor(target: ProbeTarget): Prober {
    if (needsNode(target)) {
      const { maxHandshakes, handshakeMs } = this.#tuning;
      this.#tls ??= this.#newProber('probes-tls', 'node', { most: maxHandshakes, ms: handshakeMs });
      return this.#tls;
    }
    const prober = this.#plain[this.#assignments++ % this.#plain.length];
    if (prober === undefined) throw new Error('a probe engine needs at least one worker');
    return prober;
  }

  #tellNews(numbered: readonly NumberedNews[]): void {
    const news: ProbeNews[] = [];
    for (const { number, round, result, standing, suspicion } of numbered) {
      const { key = null } = this.#rows[number] ?? {};
      if (key !== null) news.push({ key, round, result, standing: standingOf(standing), suspicion });
    }
    if (this.#stopped === null && news.length > 0) this.#options.news(news);
  }

  #tellTrace(trace: readonly Traced[]): void {
    const { log } = this.#options;
    for (const { row, finding, durationMs } of trace) {
      const { key: backend, target } = this.#rows[row] ?? {};
      if (backend === undefined || target === undefined) continue;
      if (finding === null) log.log('debug', 'probe-start', { backend, probe: describeProbe(target) });
      else log.log('debug', 'probe-done', { backend, ...finding, durationMs });
    }
  }

  #watch(): void {
    this.#look = this.#options.clock.schedule(this.#tuning.watchMs, () => {
      const traces = this.#options.log.enabled('debug');
      for (const prober of this.#probers()) {
        prober.traces(traces);
        prober.look();
      }
      this.#watch();
    });
  }

  /** All workers have the same trouble, which is worth one record. */
  #tellTrouble(): void {
    const trouble = this.#probers().find((prober) => prober.trouble !== null)?.trouble ?? null;
    if ((trouble?.error ?? null) === this.#told) return;
    this.#told = trouble?.error ?? null;
    const { log, netns } = this.#options;
    if (trouble === null) log.log('info', 'probe-netns', { netns });
    else log.log('error', 'probe-netns', { netns, ...trouble });
  }
}

/** TLS, connections that are kept, and every kind for which there are no system calls of our own, are left to Node. */
function needsNode({ probe }: ProbeTarget): boolean {
  switch (probe.type) {
    case 'icmp':
      return false;
    case 'tcp':
      return probe.tls !== null;
    case 'http':
      return (probe.http.reuse ?? 1) > 1;
    default:
      return true;
  }
}
