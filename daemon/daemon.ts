import type net from 'node:net';
import { createActorSystem } from '../actors/kernel/system.js';
import { type RootMessage, rootActor } from '../actors/root.js';
import { MessageTally } from '../binapi/trace.js';
import { sinceChange } from '../config/config-file.js';
import { checkConfigFile, loadConfigFile } from '../config/load.js';
import { checkReport } from '../config/report.js';
import { readSettled } from '../config/settled-file.js';
import type { MaglevConfig } from '../domain/config.js';
import { asMaglevError, type MaglevError } from '../domain/errors.js';
import { EventMemory } from '../domain/event-memory.js';
import type { VppMemory } from '../domain/vpp-memory.js';
import { uidOfPeer } from '../linux/peer-credentials.js';
import { endWhenUnacknowledged } from '../linux/tcp-user-timeout.js';
import { createProbeEngine } from '../probes/engine/engine.js';
import { ProbeLedger } from '../probes/engine/ledger.js';
import { buildInfo } from '../program/build-info.js';
import type { Address } from '../protocol/address.js';
import type { Clock } from '../protocol/clock.js';
import type { IntentStore } from '../protocol/intents.js';
import type { FreeLogger, LogLevel, PrintFrom } from '../protocol/log.js';
import { CallTally } from '../rpc/call-tally.js';
import { Connections } from '../rpc/connections.js';
import { Doorkeeper } from '../rpc/doorkeeper.js';
import { createGateway } from '../rpc/gateway.js';
import { startRpcServer } from '../rpc/server.js';
import type { DaemonSettings } from './flags.js';
import { fileStore, memoryStore } from './intent-store.js';
import { metricsOptions } from './metrics-options.js';
import { openVpp, openVppStats } from './open-vpp.js';
import { recordStore } from './record-store.js';
import { serviceManager } from './service-manager.js';
import { teller } from './teller.js';
import { trustGrounds } from './trust-grounds.js';
import { governing, vppLock } from './vpp-lock.js';

/** What the process gives to the daemon. */
export interface DaemonWorld {
  readonly clock: Clock;
  /** Where everything is printed. */
  readonly log: FreeLogger;
  /** Sets the level at which it is. */
  readonly printFrom: (level: LogLevel) => void;
  /** For people who start maglevd by hand: the errors of a config that is refused. */
  readonly complain: (line: string) => void;
  /** Calls `handle` for every signal of that kind, from now on. */
  readonly onSignal: (signal: 'SIGHUP' | 'SIGTERM' | 'SIGINT' | 'SIGUSR2', handle: () => void) => void;
  /**
   * Calls `release` right before the process ends, whyever it does. A process that is stuck in a disk which hangs keeps
   * what it does not let go of, and its successor would wait for it.
   */
  readonly atEnd: (release: () => void) => void;
}

/** One thread probes thousands of servers a second; a second one would compete with maglevd itself for a small machine. */
const PROBE_WORKERS = 1;

/**
 * Runs maglevd until it is told to end. Resolves with the exit code: 0 after SIGTERM or SIGINT; 1 when it could not
 * start or failed beyond repair; 1 or 2 for a config that is refused, as `--check` says. VPP is left as it is.
 */
export async function runDaemon(settings: DaemonSettings, world: DaemonWorld): Promise<number> {
  const { clock } = world;
  const { log, source } = teller(clock, world.log);
  const service = serviceManager({ env: process.env, pid: process.pid, log });
  let stopTree: () => Promise<void> = async () => {};
  let ending = false;
  // Handlers come first: until they exist, a SIGHUP would kill the process. One that comes while the tree is not there
  // yet is not lost: the file may have changed after it was read.
  let hangups = 0;
  let onHangup: () => void = () => {};
  world.onSignal('SIGHUP', () => {
    hangups++;
    onHangup();
  });
  const ended = new Promise<number>((resolve) => {
    const end = (signal: string) => {
      log.log('info', 'stopping', { signal });
      service?.notify(['STOPPING=1', `STATUS=ends after ${signal}`]);
      ending = true;
      void stopTree().then(() => resolve(0));
    };
    world.onSignal('SIGTERM', () => end('SIGTERM'));
    world.onSignal('SIGINT', () => end('SIGINT'));
  });

  log.log('info', 'starting', {
    ...buildInfo(),
    node: process.version,
    pid: process.pid,
    ...settings,
  });
  const loadConfig = (running: () => MaglevConfig | null, memory: () => Promise<VppMemory | null>) =>
    readSettled({
      file: settings.config,
      // Until something runs nobody is held up by a check: a thread would only have to be started for it.
      load: async () =>
        running() === null
          ? checkConfigFile(settings.config)
          : loadConfigFile(settings.config, await memory()),
      running,
      wait: (ms) => new Promise((resolve) => clock.schedule(ms, resolve)),
      sinceChangeMs: () => sinceChange(settings.config, clock.now()),
      // A reload is told when it is done, and what ran goes on meanwhile; a start would say nothing for seconds.
      waits: () => {
        if (running() !== null) return;
        log.log('info', 'config-awaited', { file: settings.config });
        service?.notify([`STATUS=waits until nobody writes to ${settings.config} any more`]);
      },
    });
  // Nothing runs yet, and VPP is not asked for its memory before maglevd governs it.
  const first = loadConfig(
    () => null,
    async () => null,
  );
  const verdict = await Promise.race([first, ended]);
  if (typeof verdict === 'number') return verdict;
  if (!verdict.ok) {
    const { lines, exitCode } = checkReport(verdict);
    for (const { place, path, message } of verdict.issues) {
      log.log('error', 'config-check-failed', {
        reload: false,
        stage: verdict.stage,
        ...place,
        path,
        error: message,
      });
    }
    for (const line of lines) world.complain(line);
    return exitCode;
  }
  for (const { place, path, message } of verdict.warnings) {
    log.log('warn', 'config-warning', { ...place, path, warning: message });
  }
  if (ending) return ended;

  const about = { ...buildInfo(), startedAt: clock.now(), pid: process.pid };
  const { vppApiAddress, vppStatsAddress } = settings;
  // Let go of before the right to VPP: whoever takes that over reads then what operators asked for.
  const intents = storeIn(settings, world);
  const words = `process ${process.pid}, gRPC at ${settings.grpcAddress}`;
  const lock = vppLock({ socketPath: vppApiAddress, words, clock });
  world.atEnd(lock.release);
  const trust = trustGrounds(process, { clock, log });
  const tree = createActorSystem({ clock, log });
  const counting = {
    probes: new ProbeLedger(),
    calls: new CallTally(clock),
    messages: new MessageTally(),
  };
  stopTree = tree.stop;
  let fatal: MaglevError | null = null;
  const root = tree.start<RootMessage>(
    rootActor({
      config: verdict.config,
      warnings: verdict.warnings,
      configFile: settings.config,
      // The moment at which it began, and the process: no other life of maglevd has the same.
      events: { source, memory: new EventMemory(`${clock.now().toString(36)}-${process.pid}`) },
      recorder: {
        program: { ...about, node: process.version },
        describe: tree.describe,
        store: recordStore(settings.stateDir),
      },
      log: { configured: settings.logLevel, printer: printerOf(world) },
      loadConfig,
      readConfig: loadConfigFile,
      intents,
      service,
      makeProbeEngine: (netns, context) =>
        counting.probes.following(
          createProbeEngine({ workers: PROBE_WORKERS, netns, trust, ...context }),
          context.book,
        ),
      metrics: metricsOptions(settings.metricsAddress, { about, counting, tree }),
      openVpp:
        vppApiAddress === ''
          ? null
          : (ready) =>
              governing(
                lock,
                ready,
                openVpp({ socketPath: vppApiAddress, tally: counting.messages, clock, log }),
              ),
      openStats: vppStatsAddress === '' ? null : openVppStats({ socketPath: vppStatsAddress, clock }),
      rpc: ({ signal, access, ...targets }) => {
        const connections = new Connections({ clock, log });
        const ownUid = process.geteuid?.() ?? null;
        const doorkeeper = new Doorkeeper({ clock, log, connections, access, ownUid });
        const actors = { describe: tree.describe, deadLetters: tree.deadLetters };
        return startRpcServer({
          address: settings.grpcAddress,
          httpAddress: settings.httpAddress,
          handlers: createGateway({ ...targets, about, actors, connections, doorkeeper, stopping: signal }),
          doorkeeper,
          calls: counting.calls,
          tls: settings.tls,
          uidOf: uidOrNull,
          accepted: limitSilence,
          connections,
          reflection: settings.reflection,
          insecure: settings.insecure,
          clock,
          log,
          signal,
        });
      },
      fatal: (error) => {
        fatal = error;
      },
    }),
  );
  world.onSignal('SIGUSR2', () => root.tell({ type: 'keep-record' }));
  onHangup = () => root.tell({ type: 'reload' });
  if (hangups > 0) onHangup();
  const died = tree.ended.then(({ reason, error }) => {
    if (ending) return ended;
    const { code, message, advice } = asMaglevError(fatal ?? error ?? new Error(`the root ended: ${reason}`));
    log.log('error', 'failed', { code, error: message, advice });
    world.complain(`maglevd: ${message}\n${advice} [${code}]`);
    return 1;
  });
  return Promise.race([ended, died]);
}

/** Whoever prints the log, as an actor sees it. */
function printerOf({ printFrom }: DaemonWorld): Address<PrintFrom> {
  return {
    name: 'log',
    tell: ({ level }) => {
      printFrom(level);
      return true;
    },
  };
}

/** Who cannot be known, on a machine without the system call or through a socket that is closed, is nobody. */
function uidOrNull(socket: net.Socket): number | null {
  try {
    return uidOfPeer(socket);
  } catch {
    return null;
  }
}

/** A client that vanished is found within a minute: over HTTP a stream sends something every 15 s. */
function limitSilence(socket: net.Socket): void {
  try {
    endWhenUnacknowledged(socket, 40_000);
  } catch {
    // Where that cannot be said, the pings of gRPC find it, and the kernel after a quarter of an hour.
  }
}

/** What operators ask for is kept in the folder that the settings name; '' = nowhere. */
function storeIn({ stateDir, vppApiAddress }: DaemonSettings, { clock, atEnd }: DaemonWorld): IntentStore {
  if (stateDir === '') return memoryStore();
  const store = fileStore({ folder: stateDir, socketPath: vppApiAddress, clock });
  atEnd(store.release);
  return store;
}
