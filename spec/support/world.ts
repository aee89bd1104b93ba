import type { EventsOptions } from '../../actors/events.js';
import type { ActorRef } from '../../actors/kernel/contract.js';
import type { MetricsOptions } from '../../actors/metrics.js';
import type { RecorderOptions } from '../../actors/recorder.js';
import { type RootMessage, rootActor } from '../../actors/root.js';
import { readSettled } from '../../config/settled-file.js';
import { memoryStore } from '../../daemon/intent-store.js';
import type { ConfigVerdict, MaglevConfig } from '../../domain/config.js';
import { MaglevError } from '../../domain/errors.js';
import { vipId } from '../../domain/lb.js';
import type { ProbeBook } from '../../probes/engine/book.js';
import type { ProbeEngine } from '../../probes/engine/contract.js';
import type { IntentStore } from '../../protocol/intents.js';
import type { RpcTargets } from '../../protocol/rpc.js';
import type { ServiceManager } from '../../protocol/service.js';
import { noEvents, noLog, noRecorder } from './bare-tree.js';
import { vipKey } from './domain-samples.js';
import { FakeServers } from './fake-servers.js';
import { type Hook, instrument } from './instrument.js';
import { Machine } from './machine.js';
import { Tree } from './tree.js';

export const valid = (config: MaglevConfig): ConfigVerdict => ({ ok: true, config, warnings: [] });

/** The whole tree of maglevd, on virtual time, with a mocked VPP and without sockets. */
export class World {
  readonly tree = new Tree();
  readonly machine: Machine;
  readonly servers = new FakeServers();
  file: ConfigVerdict;
  /** Is the file read again before it counts, as maglevd does? It takes a second. */
  settles = false;
  root!: ActorRef<RootMessage>;
  targets!: RpcTargets;
  listening = 0;
  listenError: MaglevError | null = null;
  fatal: MaglevError | null = null;
  /** Who started it and wants to be told how it is. */
  service: ServiceManager | null = null;
  recorder: RecorderOptions = noRecorder();
  events: EventsOptions = noEvents();
  metrics: MetricsOptions | null = null;
  /** What stands between the tree and the servers. */
  engine: (engine: ProbeEngine, book: ProbeBook) => ProbeEngine = (engine) => engine;

  constructor(
    readonly config: MaglevConfig,
    readonly intents: IntentStore = memoryStore(),
    machine?: Machine,
  ) {
    this.machine = machine ?? new Machine(this.tree.clock.monotonic);
    this.machine.now = this.tree.clock.monotonic;
    this.file = valid(config);
  }

  async begin(hook: Hook = () => {}): Promise<void> {
    this.root = this.tree.start(
      instrument(
        rootActor({
          events: this.events,
          metrics: this.metrics,
          log: noLog(),
          recorder: this.recorder,
          fatal: (error) => {
            this.fatal = error;
          },
          config: this.config,
          configFile: 'm.yaml',
          makeProbeEngine: (_netns, context) => this.engine(this.servers.engine(context), context.book),
          intents: this.intents,
          service: this.service,
          loadConfig: async (running) =>
            this.settles
              ? readSettled({
                  file: 'm.yaml',
                  load: async () => this.file,
                  running,
                  wait: (ms) => new Promise((resolve) => this.tree.clock.schedule(ms, resolve)),
                  sinceChangeMs: async () => 0,
                })
              : this.file,
          readConfig: async () => this.file,
          openVpp: (ready) => async () => {
            await ready();
            return this.machine.open();
          },
          openStats: null,
          rpc: async (targets) => {
            if (this.listenError !== null) throw this.listenError;
            this.targets = targets;
            this.listening++;
            const stop = async () => {
              this.listening--;
            };
            return { setAccess: () => {}, reload: async () => {}, address: 'spec', httpAddress: '', stop };
          },
        }),
        hook,
      ),
    );
    await this.tree.clock.settle();
  }

  async ask<R>(
    question: (
      targets: RpcTargets,
      done: { ok: (value: R) => boolean; fail: (e: MaglevError) => boolean },
    ) => boolean,
  ): Promise<R | MaglevError> {
    let answer: R | MaglevError = new MaglevError('MGL_ASK_TIMEOUT', 'not answered');
    const set = (value: R | MaglevError) => {
      answer = value;
      return true;
    };
    question(this.targets, { ok: set, fail: set });
    await this.tree.clock.settle();
    return answer;
  }

  installed(): string[] {
    return [...this.machine.vpp.vips.keys()].sort();
  }

  weights(prefix: string) {
    return Object.fromEntries(this.machine.vpp.vips.get(vipId(vipKey(prefix)))?.servers ?? []);
  }
}
