import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createActorSystem } from '../../actors/kernel/system.js';
import { rootActor } from '../../actors/root.js';
import type { OpenVpp } from '../../actors/vpp/api.js';
import { realClock } from '../../clock/real-clock.js';
import { checkConfigText } from '../../config/check.js';
import { memoryStore } from '../../daemon/intent-store.js';
import { openVpp } from '../../daemon/open-vpp.js';
import type { MaglevConfig } from '../../domain/config.js';
import type { LbOperation } from '../../domain/lb.js';
import type { ProbeBook } from '../../probes/engine/book.js';
import type { ProbeNews } from '../../probes/engine/contract.js';
import { createProbeEngine } from '../../probes/engine/engine.js';
import type { FreeLogger } from '../../protocol/log.js';
import { noEvents, noLog, noRecorder } from '../../spec/support/bare-tree.js';
import { startSimulator } from '../simulator.js';
import { BareTimer } from './bare-timer.js';
import { fleetConfig } from './fleet-config.js';
import { type TargetFarm, targetAddress } from './target-farm.js';
import { WARM_UP_MS } from './warm-up.js';

const INTERVAL_MS = 1000;
const FAST_MS = 200;
const FALL = 3;
/** A worker whose intervals are not jittered any more when it has lived for so long. */
const entry = new URL('./steady-worker.js', import.meta.url);
const BETWEEN_FAILURES_MS = 20;

export interface Detection {
  /** For each failure: from when the law would have VPP told, to VPP's reply. Milliseconds. */
  readonly overheads: readonly number[];
  /** For each failure: from the result that decided, as it reached the main thread, to VPP's reply. */
  readonly reactions: readonly number[];
  /** Results that were doubts, of all backends and over the whole run. */
  readonly doubts: number;
  /** How late a timer of an idle process was meanwhile, each time. Milliseconds. */
  readonly machine: readonly number[];
}

/**
 * Lets every one of `backends` servers fail once, a few dozen a second, under the whole tree of maglevd with the real
 * engine, and a simulator in a process of its own. After a warm-up intervals are no longer jittered, and they are
 * multiples of the grid on which probes begin, so that the law says exactly when a failure has to be known: one interval
 * after the last probe that passed began comes the first one that fails, then `fall` - 1 more, each a fast interval
 * apart.
 */
export async function measureDetection(farm: TargetFarm, backends: number): Promise<Detection> {
  const folder = mkdtempSync(path.join(tmpdir(), 'maglev-bench-'));
  const socketPath = path.join(folder, 'vpp.sock');
  // Its replies are waited for here, and it has little else to do.
  const simulator = await startSimulator(socketPath, { prompt: true });
  const timer = new BareTimer();
  const clock = realClock;
  const config = checked(
    fleetConfig({
      backends,
      check: `type: http, port: ${farm.entrances[0]?.http}, interval: ${INTERVAL_MS}ms, fast-interval: ${FAST_MS}ms, fall: ${FALL}`,
    }),
  );
  const record = new Record(config);
  const log: FreeLogger = {
    enabled: (level) => level !== 'debug',
    log: (_level, event) => record.logged(event),
  };
  const system = createActorSystem({ clock, log });
  try {
    system.start(
      rootActor({
        config,
        configFile: 'bench',
        loadConfig: async () => ({ ok: true, config, warnings: [] }),
        readConfig: async () => ({ ok: true, config, warnings: [] }),
        openVpp: () => record.vpp(openVpp({ socketPath, clock, log })),
        openStats: null,
        rpc: async () => ({
          address: 'bench',
          httpAddress: '',
          setAccess: () => {},
          reload: async () => {},
          stop: async () => {},
        }),
        makeProbeEngine: (netns, context) => {
          record.book = context.book;
          const news = (all: readonly ProbeNews[]) => {
            record.heard(all);
            context.news(all);
          };
          return createProbeEngine({ workers: 1, netns, ...context, news, tuning: { entry } });
        },
        intents: memoryStore(),
        events: noEvents(),
        log: noLog(),
        recorder: noRecorder(),
        service: null,
        fatal: (error) => {
          throw error;
        },
      }),
    );
    await pause(WARM_UP_MS);
    await pause(2 * INTERVAL_MS);
    await timer.lateness();
    for (const n of shuffled(backends)) {
      farm.fail(targetAddress(n));
      await pause(BETWEEN_FAILURES_MS);
    }
    await pause(3 * INTERVAL_MS);
    const { overheads, reactions, doubts } = record;
    return { overheads, reactions, doubts, machine: await timer.lateness() };
  } finally {
    timer.end();
    await system.stop();
    await simulator.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Notes when probes began, what they found, and when VPP replied. */
class Record {
  readonly overheads: number[] = [];
  readonly reactions: number[] = [];
  doubts = 0;
  /** Where the numbers of all probes are. */
  book: ProbeBook | null = null;
  readonly #names: ReadonlyMap<string, string>;
  readonly #lastNews = new Map<string, number>();

  constructor(config: MaglevConfig) {
    this.#names = new Map([...config.backends.values()].map(({ name, address }) => [address, name]));
  }

  logged(event: string): void {
    if (event === 'backend-doubt') this.doubts++;
  }

  /** What has reached the main thread. */
  heard(news: readonly ProbeNews[]): void {
    for (const { key } of news) this.#lastNews.set(key, performance.now());
  }

  vpp(open: OpenVpp): OpenVpp {
    return async (signal) => {
      const api = await open(signal);
      return {
        ...api,
        send: (operation, done) =>
          api.send(operation, (error) => {
            if (error === null) this.#executed(operation);
            done(error);
          }),
      };
    };
  }

  /** VPP has answered it. */
  #executed(operation: LbOperation): void {
    const now = performance.now();
    if (operation.op !== 'as-weight' || operation.weight > 0) return;
    const name = this.#names.get(operation.address) ?? '';
    const passed = this.#lastPassBegan(name);
    const decided = this.#lastNews.get(name);
    if (passed === null || decided === undefined) throw new Error('taken out without a probe');
    this.overheads.push(now - (passed + INTERVAL_MS + (FALL - 1) * FAST_MS));
    this.reactions.push(now - decided);
  }

  /** On the scale of performance.now(), to within a millisecond, never later than it was. */
  #lastPassBegan(backend: string): number | null {
    const pass = this.book
      ?.reading(backend)
      ?.last()
      .find(({ code }) => code === 'L7OK');
    return pass === undefined ? null : pass.at - pass.durationMs - performance.timeOrigin;
  }
}

function checked(text: string): MaglevConfig {
  const verdict = checkConfigText(text, 'bench');
  if (!verdict.ok) throw new Error(verdict.issues[0]?.message ?? 'the config of the benchmark is not valid');
  return verdict.config;
}

function shuffled(count: number): number[] {
  const numbers = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [numbers[i], numbers[j]] = [numbers[j] ?? 0, numbers[i] ?? 0];
  }
  return numbers;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
