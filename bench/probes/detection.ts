import { createActorSystem } from '../../actors/kernel/system.js';
import { rootActor } from '../../actors/root.js';
import type { OpenVpp } from '../../actors/vpp/api.js';
import { realClock } from '../../clock/real-clock.js';
import { checkConfigText } from '../../config/check.js';
import { memoryStore } from '../../daemon/intent-store.js';
import { openVpp } from '../../daemon/open-vpp.js';
import type { MaglevConfig } from '../../domain/config.js';
import type { LbOperation } from '../../domain/lb.js';
import { gridFor, momentBefore, nextProbeAt } from '../../domain/probe-time.js';
import type { ProbeBook } from '../../probes/engine/book.js';
import type { ProbeNews } from '../../probes/engine/contract.js';
import { createProbeEngine } from '../../probes/engine/engine.js';
import type { FreeLogger } from '../../protocol/log.js';
import { noEvents, noLog, noRecorder } from '../../spec/support/bare-tree.js';
import type { SomeVpp } from '../whole/some-vpp.js';
import { BareTimer } from './bare-timer.js';
import { fleetConfig } from './fleet-config.js';
import type { QuickServers } from './quick-servers.js';
import { targetAddress } from './target-farm.js';
import { STEADY_DICE, WARM_UP_MS } from './warm-up.js';

const FALL = 3;
/** A worker whose intervals are not jittered any more when it has lived for so long. */
const entry = new URL('./steady-worker.js', import.meta.url);
const BETWEEN_FAILURES_MS = 20;
/** The worker has begun within this. */
const THREAD_STARTS_MS = 1000;

/** Who fails, and how everybody is probed. */
export interface Scene {
  readonly backends: number;
  readonly intervalMs: number;
  /** After a failure; each backend has one of these, in turn. */
  readonly fastMs: readonly number[];
  readonly timeoutMs: number;
  /** So many fail. */
  readonly failures: number;
  /** All in one moment, or one after the other. */
  readonly together: boolean;
}

/** A weight as it was written, and when the law would have had it written (milliseconds of performance.now()). */
export interface DueWrite {
  readonly operation: LbOperation;
  readonly dueAt: number;
}

/** Where the time of one failure went, in milliseconds, one after the other. */
export interface Stages {
  /** The probe that decides began so much later than it was due. */
  readonly due: number;
  /** It ended, to within a millisecond. */
  readonly probed: number;
  /** The main thread had its result. */
  readonly heard: number;
  /** The backend's actor had said that it is down. */
  readonly down: number;
  /** The weight was on its way to VPP. */
  readonly sent: number;
  /** VPP had answered. */
  readonly answered: number;
}

export interface Detection {
  /** For each failure, where the time went. */
  readonly stages: readonly Stages[];
  /** For each failure: from when the law would have VPP told, to VPP's reply. Milliseconds. */
  readonly overheads: readonly number[];
  /** For each failure: from the result that decided, as it reached the main thread, to VPP's reply. */
  readonly reactions: readonly number[];
  /** Results that were doubts, of all backends and over the whole run. */
  readonly doubts: number;
  /** For each failure: from the moment at which its server was told to fail, to VPP's reply. Milliseconds. */
  readonly absolutes: readonly number[];
  /** The same weights, each written at the moment of the law by nothing but a connection to VPP: until VPP's reply. Milliseconds. */
  readonly bare: readonly number[];
  /** How late a timer of an idle process was meanwhile, each time. Milliseconds. */
  readonly machine: readonly number[];
}

/**
 * Lets servers fail once each, a few dozen a second or all together, under the whole tree of maglevd with the real
 * engine, and a VPP that begins empty. After a warm-up intervals are no longer jittered,
 * so that the law says exactly when a failure has to be known: one interval
 * after the last probe that passed began comes the first one that fails, then `fall` - 1 more, each a fast interval
 * apart, and each at the nearest moment at which probes begin.
 */
export async function measureDetection(
  servers: QuickServers,
  scene: Scene,
  vpp: SomeVpp,
): Promise<Detection> {
  const { backends, intervalMs, fastMs, timeoutMs } = scene;
  const { socket: socketPath } = vpp;
  await vpp.begin();
  const timer = new BareTimer();
  const clock = realClock;
  const config = checked(
    fleetConfig({
      backends,
      check: fastMs.map(
        (fast) =>
          `type: http, port: ${servers.port}, interval: ${intervalMs}ms, fast-interval: ${fast}ms, timeout: ${timeoutMs}ms, fall: ${FALL}`,
      ),
    }),
  );
  const record = new Record(config);
  const log: FreeLogger = {
    enabled: (level) => level !== 'debug',
    log: (_level, event, fields) => record.logged(event, fields),
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
    // Its thread has counted from a little later on, and the last intervals that were spread are over.
    await pause(THREAD_STARTS_MS + 1.2 * intervalMs);
    await timer.lateness();
    const failing = shuffled(backends).slice(0, scene.failures).map(targetAddress);
    for (const address of failing) record.failedAt.set(address, performance.now());
    if (scene.together) await servers.failTogether(failing);
    else
      for (const address of failing) {
        record.failedAt.set(address, performance.now());
        await servers.fail(address);
        await pause(BETWEEN_FAILURES_MS);
        record.explain();
      }
    await pause(intervalMs + 2000);
    const machine = await timer.lateness();
    record.explain();
    const { stages, overheads, reactions, absolutes, doubts, due } = record;
    await system.stop();
    const bare = await replay(await openVpp({ socketPath, clock, log })(new AbortController().signal), due);
    return { stages, overheads, reactions, absolutes, bare, doubts, machine };
  } finally {
    timer.end();
    await system.stop();
    await vpp.end();
  }
}

/** A weight that VPP has confirmed, and when it came so far; milliseconds of performance.now(). */
interface Execution {
  readonly name: string;
  readonly operation: Extract<LbOperation, { readonly op: 'as-weight' }>;
  readonly heardAt: number;
  readonly downAt: number;
  readonly sentAt: number;
  readonly now: number;
}

/** Notes when probes began, what they found, and when VPP replied. */
class Record {
  readonly stages: Stages[] = [];
  readonly overheads: number[] = [];
  readonly reactions: number[] = [];
  readonly absolutes: number[] = [];
  readonly due: DueWrite[] = [];
  /** When a server was told to fail, by its address. */
  readonly failedAt = new Map<string, number>();
  doubts = 0;
  /** Where the numbers of all probes are. */
  book: ProbeBook | null = null;
  readonly #config: MaglevConfig;
  readonly #names: ReadonlyMap<string, string>;
  /** What VPP has answered, and is to be explained. */
  readonly #executions: Execution[] = [];
  readonly #lastNews = new Map<string, number>();
  /** Of each backend: when its last state was decided, and when the result had come by which it was. */
  readonly #decisions = new Map<string, { readonly heardAt: number | undefined; readonly downAt: number }>();

  constructor(config: MaglevConfig) {
    this.#config = config;
    this.#names = new Map([...config.backends.values()].map(({ name, address }) => [address, name]));
  }

  logged(event: string, fields?: { readonly [field: string]: unknown }): void {
    if (event === 'backend-doubt') this.doubts++;
    if (event !== 'backend-transition') return;
    const backend = String(fields?.['backend']);
    this.#decisions.set(backend, { heardAt: this.#lastNews.get(backend), downAt: performance.now() });
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
        send: (operation, done) => {
          const sentAt = performance.now();
          api.send(operation, (error) => {
            if (error === null) this.#executed(operation, sentAt);
            done(error);
          });
        },
      };
    };
  }

  /** VPP has answered it. What it took is found out later: meanwhile others wait. */
  #executed(operation: LbOperation, sentAt: number): void {
    if (operation.op !== 'as-weight' || operation.weight > 0 || !this.failedAt.has(operation.address)) return;
    const name = this.#names.get(operation.address) ?? '';
    const { heardAt, downAt } = this.#decisions.get(name) ?? {};
    if (heardAt === undefined || downAt === undefined) throw new Error('taken out without a probe');
    this.#executions.push({ name, operation, heardAt, downAt, sentAt, now: performance.now() });
  }

  /** Of what was executed since the last call, while its probes are remembered. */
  explain(): void {
    for (const execution of this.#executions.splice(0)) this.#explain(execution);
  }

  #explain({ name, operation, heardAt, downAt, sentAt, now }: Execution): void {
    const probes = this.#probesOf(name);
    const last = probes.findLastIndex(({ passed, endedAt }) => passed && endedAt < heardAt);
    const passed = probes[last];
    const deciding = probes[last + FALL];
    if (passed === undefined || deciding === undefined)
      throw new Error(`${name} was taken out without ${FALL} failures in a row`);
    const dueAt = passed.beganAt + this.#lawMs(name);
    this.stages.push({
      due: deciding.beganAt - dueAt,
      probed: deciding.endedAt - deciding.beganAt,
      heard: heardAt - deciding.endedAt,
      down: downAt - heardAt,
      sent: sentAt - downAt,
      answered: now - sentAt,
    });
    this.overheads.push(now - dueAt);
    this.reactions.push(now - heardAt);
    this.absolutes.push(now - (this.failedAt.get(operation.address) ?? now));
    this.due.push({ operation, dueAt });
  }

  /**
   * From the beginning of the last probe that passed to the beginning of the one that decides, by the rule of when the next probe begins,
   * if none is late: what the rule rounds to moments at which others begin, too, is no lateness.
   */
  #lawMs(backend: string): number {
    const { healthchecks, backends } = this.#config;
    const check = healthchecks.get(backends.get(backend)?.healthcheck ?? '');
    if (check === undefined) throw new Error(`${backend} is not probed`);
    const passedAt = momentBefore(0, gridFor(check.interval, backends.size));
    let at = passedAt;
    for (let failures = 0, pace = check.interval; failures < FALL; failures++) {
      const interval = failures === 0 ? check.interval : check.fastInterval;
      const gridMs = gridFor(interval, backends.size);
      at = nextProbeAt({ begunAt: at, dueAt: at, interval, pace, gridMs }, STEADY_DICE);
      pace = interval;
    }
    return at - passedAt;
  }

  /** The oldest first, on the scale of performance.now(), to within a millisecond, never later than it was. */
  #probesOf(backend: string) {
    const origin = Date.now() - performance.now();
    const last = this.book?.reading(backend)?.last() ?? [];
    return last.reverse().map(({ at, durationMs, code }) => {
      return { passed: code === 'L7OK', beganAt: at - durationMs - origin, endedAt: at - origin };
    });
  }
}

/** Writes the same weights again, each at its moment, over a connection that nobody else uses. */
async function replay(api: Awaited<ReturnType<OpenVpp>>, due: readonly DueWrite[]): Promise<number[]> {
  const writes = [...due].sort((a, b) => a.dueAt - b.dueAt);
  const shift = performance.now() + 100 - (writes[0]?.dueAt ?? 0);
  const took: number[] = [];
  const answered: Promise<void>[] = [];
  for (let next = 0; next < writes.length; ) {
    const now = performance.now();
    for (
      let write = writes[next];
      write !== undefined && write.dueAt + shift <= now;
      write = writes[++next]
    ) {
      const { operation, dueAt } = write;
      answered.push(
        new Promise((resolve) => {
          api.send(operation, () => {
            took.push(performance.now() - (dueAt + shift));
            resolve();
          });
        }),
      );
    }
    await pause(0);
  }
  await Promise.all(answered);
  await api.close();
  return took;
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
