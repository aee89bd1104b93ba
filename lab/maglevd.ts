import type { ActorDescription, ActorRef, ActorSystem } from '../actors/kernel/contract.js';
import { createActorSystem } from '../actors/kernel/system.js';
import { type RootMessage, rootActor } from '../actors/root.js';
import type { Dial } from '../binapi/byte-socket.js';
import { openLb } from '../binapi/lb/open-lb.js';
import { openStats } from '../binapi/stats/stats-segment.js';
import { readSettled } from '../config/settled-file.js';
import { teller } from '../daemon/teller.js';
import type { ConfigVerdict, MaglevConfig } from '../domain/config.js';
import { asMaglevError, type MaglevError } from '../domain/errors.js';
import { EventMemory } from '../domain/event-memory.js';
import type { LogLevel } from '../domain/events.js';
import { exposition } from '../metrics/exposition.js';
import type { Family } from '../metrics/family.js';
import { createProbeEngine } from '../probes/engine/engine.js';
import { ProbeLedger } from '../probes/engine/ledger.js';
import type { StartThread } from '../probes/engine/thread-life.js';
import type { IntentStore } from '../protocol/intents.js';
import type { LogFields } from '../protocol/log.js';
import type { RpcTargets } from '../protocol/rpc.js';
import { CallTally } from '../rpc/call-tally.js';
import { type Hook, instrument } from './instrument.js';
import type { ProcessClock } from './lab-clock.js';

/** What a process finds around it. */
export interface Surroundings {
  readonly clock: ProcessClock;
  readonly pid: number;
  /** Reads and checks the file as it is now. */
  readonly readFile: () => Promise<ConfigVerdict>;
  /** How long ago the file was written to. */
  readonly sinceFileMs: () => Promise<number>;
  readonly dial: Dial;
  /** Has VPP hand out a descriptor of its stats segment. */
  readonly handOut: () => Promise<number>;
  readonly startThread: StartThread;
  readonly intents: IntentStore;
  readonly hook: Hook;
  readonly told: (level: LogLevel, event: string, fields: LogFields) => void;
  /** It serves requests, or not any more. */
  readonly serving: (targets: RpcTargets | null) => void;
  /** It has ended by itself. */
  readonly ended: (why: string) => void;
  /** What it tells whoever has started it. */
  readonly notified: (lines: readonly string[]) => void;
}

/** So often the engine looks at itself: a look costs what a message between actors costs. */
const quietTuning = { watchMs: 500, mainBeatMs: 1000 };
/** Events that wait for one watcher: so few that who stops for half a minute loses some. */
const EVENT_QUEUE = 6;
const CONFIG_FILE = 'maglev.yaml';
/** How often systemd wants a sign of life. */
const WATCHDOG_MS = 30_000;

/** One life of maglevd: the tree that ships, from the first reading of its config to its end. */
export class Maglevd {
  readonly #around: Surroundings;
  readonly system: ActorSystem;
  #root: ActorRef<RootMessage> | null = null;
  #gone = false;
  #ending = false;
  #fatal: MaglevError | null = null;
  /** Every one that was opened: a process that is killed closes what it has open. */
  readonly #segments: { close(): void }[] = [];
  readonly #teller;
  readonly #probes = new ProbeLedger();
  /** What Prometheus would get; null: metrics are not served. */
  #gather: (() => Promise<Iterable<Family>>) | null = null;

  constructor(around: Surroundings) {
    this.#around = around;
    const { clock } = around;
    this.#teller = teller(clock, {
      enabled: (level) => level !== 'debug',
      log: (level, event, fields = {}) => {
        if (level !== 'debug' && !this.#gone) around.told(level, event, fields);
      },
    });
    this.system = createActorSystem({ clock, log: this.#teller.log });
  }

  /** Reads its config and starts; false when it is refused. */
  async start(): Promise<boolean> {
    const verdict = await this.#load(() => null);
    if (this.#gone) return false;
    if (!verdict.ok) {
      this.#around.ended('its config is refused');
      return false;
    }
    this.#root = this.system.start(instrument(this.#tree(verdict), this.#around.hook));
    void this.system.ended.then(({ reason, error }) => {
      if (this.#gone) return;
      this.#over(this.#ending ? 'told to' : asMaglevError(this.#fatal ?? error ?? new Error(reason)).message);
    });
    return true;
  }

  #over(why: string): void {
    this.#gone = true;
    this.#around.ended(why);
  }

  /** SIGHUP. */
  hangup(): void {
    if (!this.#gone) this.#root?.tell({ type: 'reload' });
  }

  /** SIGTERM. */
  stop(): void {
    this.#ending = true;
    if (this.#root === null) this.#over('told to');
    else void this.system.stop();
  }

  /** SIGKILL. */
  kill(): void {
    this.#gone = true;
    this.#around.clock.kill();
    this.system.abandon();
    for (const segment of this.#segments.splice(0)) segment.close();
  }

  /** What a scrape of its metrics gives; null: it serves none now. */
  scrape(): Promise<string> | null {
    return this.#gather?.().then((families) => [...exposition(families, 'text')].join('')) ?? null;
  }

  describe(): ActorDescription | null {
    return this.system.describe();
  }

  #load(running: () => MaglevConfig | null): Promise<ConfigVerdict> {
    const { clock, readFile, sinceFileMs: sinceChangeMs } = this.#around;
    const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.schedule(ms, resolve));
    return readSettled({ file: CONFIG_FILE, load: readFile, running, wait, sinceChangeMs });
  }

  #tree({ config, warnings }: Extract<ConfigVerdict, { ok: true }>) {
    const { clock, pid, readFile, dial, handOut, startThread, intents, serving, notified } = this.#around;
    const about = { version: '0', commit: null, date: null, startedAt: clock.now(), pid };
    return rootActor({
      config,
      warnings,
      configFile: CONFIG_FILE,
      events: {
        source: this.#teller.source,
        memory: new EventMemory(`${clock.now().toString(36)}-${pid}`, undefined, EVENT_QUEUE),
      },
      recorder: {
        program: { ...about, node: '0' },
        describe: this.system.describe,
        store: { keep: async () => 'record.json' },
      },
      log: { configured: 'info', printer: { name: 'log', tell: () => true } },
      loadConfig: (running) => this.#load(running),
      readConfig: readFile,
      intents,
      service: {
        watchdogMs: WATCHDOG_MS,
        notify: (lines) => {
          if (!this.#gone) notified(lines);
        },
      },
      makeProbeEngine: (netns, context) =>
        this.#probes.following(
          createProbeEngine({ ...context, netns, workers: 1, tuning: quietTuning }, startThread),
          context.book,
        ),
      openVpp: (ready) => async (signal) => {
        await ready();
        return openLb({
          socketPath: 'api.sock',
          clientName: 'vpp-maglev',
          clock,
          trace: { enabled: () => false, message: () => {} },
          dial,
          signal,
        });
      },
      openStats: async (signal) => {
        const segment = await openStats({ socketPath: 'stats.sock', clock, handOut, signal });
        this.#segments.push(segment);
        return segment;
      },
      metrics: {
        surroundings: {
          about: { ...about, node: '0' },
          readers: { probes: this.#probes, calls: new CallTally(clock).read, messages: () => [] },
          describe: this.system.describe,
          deadLetters: this.system.deadLetters,
          use: () => ({ cpuSeconds: 0, residentBytes: 0 }),
        },
        serve: ({ gather }) => {
          this.#gather = gather;
          const stop = () => {
            if (this.#gather === gather) this.#gather = null;
          };
          return { scrapes: () => [], stop };
        },
      },
      rpc: async (targets) => {
        serving(targets);
        const stop = async () => serving(null);
        return { setAccess: () => {}, reload: async () => {}, address: 'lab', httpAddress: '', stop };
      },
      fatal: (error) => {
        this.#fatal = error;
      },
    });
  }
}
