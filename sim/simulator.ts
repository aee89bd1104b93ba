import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MaglevError } from '../domain/errors.js';
import type { Cancel, Clock } from '../protocol/clock.js';
import type { FreeLogger } from '../protocol/log.js';
import type { CommandResult } from './cli-text/command-line.js';
import { requestNames } from './faults/fault.js';
import { parseFault } from './faults/fault-grammar.js';
import { FaultMachine } from './faults/fault-machine.js';
import { Packets } from './flow/packets.js';
import { Forwarder } from './forward/forwarder.js';
import { LivePackets } from './forward/live-packets.js';
import { configurationOf, configureAs } from './lb/configuration.js';
import { SimulatedCrash } from './lb/crash.js';
import type { LbPlugin } from './lb/lb-plugin.js';
import { warmUpTables } from './lb/warm-up.js';
import type { Personality } from './personality.js';
import { SeededRandom } from './random.js';
import { ApiServer, type Death } from './server/api-server.js';
import { claimSocketPath } from './server/socket-path.js';
import { forwardCommands, simulatorCommands } from './simulator-commands.js';
import { StatsRun } from './stats/stats-run.js';
import { formatTime } from './time-text.js';
import { trafficCommands } from './traffic-commands.js';
import { Vpp } from './vpp.js';
import type { ExecutedWrite } from './write-log.js';

export interface SimulatorOptions {
  readonly clock: Clock;
  /** Default: in a new temporary folder, which goes with `stop`. */
  readonly socketPath?: string;
  /** What looks random depends on it and on the number of the start: ids, order of the message table, cuts. Default 1. */
  readonly seed?: number;
  /** Default modern. */
  readonly personality?: Personality;
  /** Without a leading `v`; at most 31 bytes. */
  readonly version?: string;
  /** See docs/simulator.md. They stay set when VPP is started again, and their counters go on. */
  readonly faults?: readonly string[];
  readonly log?: FreeLogger;
  /** Of the first start; each further one has the next number. Default: the pid of this process. */
  readonly pid?: number;
  /** Bytes of VPP's main heap; default 1 GiB. */
  readonly heapBytes?: number;
  /** Default: no stats segment. Linux only. */
  readonly stats?: StatsSettings;
  /** Threads that forward packets besides the main one; default none, and the main thread forwards. */
  readonly workers?: number;
  /** Listens for the VIPs whose addresses are on this machine, and relays what comes to their servers. Default false. */
  readonly forward?: boolean;
  /** VPP has died, of a fault or of a request that kills it: its connections are gone, its socket goes next. */
  readonly onDeath?: (death: Death) => void;
}

export interface StatsSettings {
  /** Default: stats.sock beside the socket of the API. */
  readonly socketPath?: string;
  /** Milliseconds between two beats of VPP's heart; default 10 000. */
  readonly updateIntervalMs?: number;
}

/** A VPP to connect to. */
export interface Simulator {
  readonly socketPath: string;
  /** null: this VPP has no stats segment. */
  readonly statsSocketPath: string | null;
  readonly running: boolean;
  /** How the current run ended; null while it runs, and when it was stopped or killed from outside. */
  readonly death: Death | null;
  /** The run that lives now, or that lived last. */
  readonly vpp: Vpp;
  readonly lb: LbPlugin;
  /** LB writes that were executed since the start or since `clearWrites`, in order. */
  readonly writes: readonly ExecutedWrite[];
  readonly clearWrites: () => void;
  /** The clients of its VIPs. */
  readonly packets: Packets;
  /** Runs a command at VPP's command line. Throws SimulatedCrash if VPP dies of it. */
  readonly cli: (text: string) => CommandResult;
  /** Sets a fault; the grammar is in docs/simulator.md. Throws MGL_USAGE. */
  readonly setFault: (text: string) => void;
  /** Takes all faults back, and ends a hang. */
  readonly clearFaults: () => void;
  /** Ends VPP at once, as SIGKILL does. Resolves when its socket is gone. */
  readonly kill: () => Promise<void>;
  /**
   * Starts VPP again after its end, with another pid and other message ids: empty, or with the configuration, VIPs and
   * servers that it had, as a startup script would build them. Flows, counters and what lingered are gone either way.
   */
  readonly start: (from?: 'empty' | 'configured') => Promise<void>;
  /** Ends VPP for good and removes what was made for it. */
  readonly stop: () => Promise<void>;
}

const quiet: FreeLogger = { enabled: () => false, log: () => undefined };

/** Starts a simulator; it listens when this resolves. Rejects with MGL_LISTEN or MGL_USAGE. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  warmUpTables();
  const host = new SimulatorHost(options);
  try {
    await host.start();
  } catch (thrown) {
    await host.stop();
    throw thrown;
  }
  return host;
}

interface Run {
  readonly vpp: Vpp;
  readonly stats: StatsRun | null;
  readonly server: ApiServer;
}

class SimulatorHost implements Simulator {
  readonly socketPath: string;
  readonly statsSocketPath: string | null;
  readonly packets: Packets;
  readonly #options: SimulatorOptions;
  readonly #log: FreeLogger;
  readonly #faults: FaultMachine;
  readonly #forwarder: Forwarder | null;
  readonly #ownFolder: boolean;
  #starts = 0;
  #run: Run;
  #running = false;
  #death: Death | null = null;
  #ended: Promise<void> = Promise.resolve();
  #cancelRestart: Cancel = () => undefined;

  constructor(options: SimulatorOptions) {
    this.#options = options;
    this.#log = options.log ?? quiet;
    this.#faults = new FaultMachine(options.clock, (action) => this.#run.server.strike(action));
    for (const text of options.faults ?? []) this.setFault(text);
    const lb = () => (this.#running ? this.lb.state : null);
    const onCrash = (crash: SimulatedCrash) => this.#died(this.#run, { kind: 'crashed', crash });
    this.packets = new Packets(lb, options.clock, onCrash);
    this.#forwarder =
      options.forward === true
        ? new Forwarder({ lb, packets: new LivePackets(lb, onCrash), clock: options.clock, log: this.#log })
        : null;
    this.#ownFolder = options.socketPath === undefined;
    this.socketPath = options.socketPath ?? join(mkdtempSync(join(tmpdir(), 'maglev-vppsim-')), 'api.sock');
    const { stats } = options;
    this.statsSocketPath =
      stats === undefined ? null : (stats.socketPath ?? join(dirname(this.socketPath), 'stats.sock'));
    this.#run = this.#boot();
  }

  get running(): boolean {
    return this.#running;
  }

  get death(): Death | null {
    return this.#death;
  }

  get vpp(): Vpp {
    return this.#run.vpp;
  }

  get lb(): LbPlugin {
    return this.#run.vpp.lb;
  }

  get writes(): readonly ExecutedWrite[] {
    return this.#run.vpp.writes.list();
  }

  readonly clearWrites = (): void => this.#run.vpp.writes.clear();

  readonly cli = (text: string): CommandResult => {
    if (!this.#running) throw new MaglevError('MGL_VPP_DISCONNECTED', 'the simulator does not run');
    try {
      return this.#run.vpp.cli(text);
    } catch (thrown) {
      if (thrown instanceof SimulatedCrash) this.#died(this.#run, { kind: 'crashed', crash: thrown });
      throw thrown;
    }
  };

  readonly setFault = (text: string): void => this.#faults.set(parseFault(text, requestNames));

  readonly clearFaults = (): void => {
    this.#faults.clear();
    this.#run.server.resume();
  };

  readonly start = async (from: 'empty' | 'configured' = 'empty'): Promise<void> => {
    this.#cancelRestart();
    await this.#ended;
    if (this.#running) return;
    const before = configurationOf(this.lb.state);
    if (this.#starts > 0) this.#run = this.#boot();
    this.#starts++;
    this.#death = null;
    const slowMs = this.#faults.onStart();
    if (slowMs > 0) this.#run.server.hang(slowMs);
    try {
      if (from === 'configured') configureAs(this.lb, before);
      await claimSocketPath(this.socketPath);
      this.#run.stats?.listen();
      await this.#run.server.listen(this.socketPath);
    } catch (thrown) {
      this.#end(this.#run);
      throw thrown;
    }
    this.#running = true;
    this.#forwarder?.vipsChanged();
    const { pid, version } = this.#run.vpp.identity;
    this.#log.log('info', 'vppsim-start', { socket: this.socketPath, pid, version });
  };

  readonly kill = (): Promise<void> => {
    this.#cancelRestart();
    if (this.#running) this.#end(this.#run);
    return this.#ended;
  };

  readonly stop = async (): Promise<void> => {
    await this.kill();
    this.#faults.clear();
    this.packets.stop();
    this.#forwarder?.stop();
    if (this.#ownFolder) rmSync(dirname(this.socketPath), { recursive: true, force: true });
  };

  #boot(): Run {
    const { clock, pid, seed, personality, version, heapBytes, workers } = this.#options;
    const onDeath = (death: Death) => this.#died(run, death);
    const stats = this.#bootStats();
    const vpp = new Vpp({
      clock,
      personality: personality ?? 'modern',
      pid: (pid ?? process.pid) + this.#starts,
      ...(version === undefined ? {} : { version }),
      ...(heapBytes === undefined ? {} : { heapBytes }),
      ...(stats === null ? {} : { statistics: stats.statistics }),
      ...(workers === undefined ? {} : { workers }),
      vipsChanged: () => this.#forwarder?.vipsChanged(),
      extraCommands: [
        ...simulatorCommands({
          writes: () => vpp.writes,
          faults: () => this.#faults.list(),
          setFault: this.setFault,
          clearFaults: this.clearFaults,
        }),
        ...trafficCommands(this.packets),
        ...(this.#forwarder === null ? [] : forwardCommands(this.#forwarder)),
      ],
      onCrash: (crash) => onDeath({ kind: 'crashed', crash }),
    });
    stats?.showHeap(vpp.lb.state.heap);
    const server = new ApiServer({
      vpp,
      clock,
      random: new SeededRandom((seed ?? 1) * 1009 + this.#starts),
      faults: this.#faults,
      log: this.#log,
      onDeath,
      onHang: (hangs) => {
        for (const part of [stats, this.#forwarder]) {
          if (hangs) part?.suspend();
          else part?.resume();
        }
      },
    });
    const run: Run = { vpp, stats, server };
    return run;
  }

  #bootStats(): StatsRun | null {
    const { clock, stats, workers = 0 } = this.#options;
    if (this.statsSocketPath === null) return null;
    return new StatsRun(this.statsSocketPath, { clock, threads: 1 + workers, ...stats });
  }

  #died(run: Run, death: Death): void {
    if (!this.#running || run !== this.#run) return;
    this.#death = death;
    this.#log.log('warn', 'vppsim-death', { kind: death.kind, cause: causeOf(death) });
    this.#end(run);
    if (death.kind === 'restarting') this.#restart(death.afterMs, death.withState);
    this.#options.onDeath?.(death);
  }

  #restart(afterMs: number, withState: boolean): void {
    this.#cancelRestart = this.#options.clock.schedule(afterMs, () => {
      this.start(withState ? 'configured' : 'empty').catch((thrown: unknown) => {
        this.#log.log('error', 'vppsim-restart-failed', { cause: String(thrown) });
      });
    });
  }

  #end(run: Run): void {
    this.#running = false;
    run.vpp.stop();
    this.#forwarder?.dropAll();
    // Not before whoever is told of a death has been told: a process that ends itself then leaves its socket behind,
    // as a VPP that was killed does.
    this.#ended = Promise.resolve().then(() => {
      run.stats?.close();
      return run.server.close();
    });
  }
}

function causeOf(death: Death): string {
  switch (death.kind) {
    case 'crashed':
      return death.crash.message;
    case 'killed':
      return death.reason;
    case 'restarting':
      return `fault; it is back in ${formatTime(death.afterMs)}${death.withState ? ', with its configuration' : ''}`;
  }
}
