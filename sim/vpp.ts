import type { Cancel, Clock } from '../protocol/clock.js';
import type { Command, VppIdentity } from './cli-text/command.js';
import { CommandLine, type CommandResult } from './cli-text/command-line.js';
import { lbAsCommand } from './cli-text/lb-as-command.js';
import { lbConfCommand, lbSetInterfaceCommands } from './cli-text/lb-conf-command.js';
import { lbFlushVipCommand, testLbFlowtableFlushCommand } from './cli-text/lb-flush-command.js';
import { lbVipCommand } from './cli-text/lb-vip-command.js';
import { showLbCommand } from './cli-text/show-lb.js';
import { showLbVipsCommand } from './cli-text/show-lb-vips.js';
import { showMemoryCommand } from './cli-text/show-memory.js';
import { showVersionCommand } from './cli-text/show-version.js';
import { SimulatedCrash } from './lb/crash.js';
import { GARBAGE_PERIOD_SECONDS, LbPlugin } from './lb/lb-plugin.js';
import type { LbStatistics } from './lb/lb-statistics.js';
import { type Personality, personalityFacts } from './personality.js';
import { type ExecutedWrite, WriteLog } from './write-log.js';

/** The commands of VPP that the simulator has. */
export const vppCommands: readonly Command[] = [
  showVersionCommand,
  showMemoryCommand,
  showLbCommand,
  showLbVipsCommand,
  lbVipCommand,
  lbAsCommand,
  lbConfCommand,
  lbFlushVipCommand,
  ...lbSetInterfaceCommands,
  testLbFlowtableFlushCommand,
];

/** How long VPP has run when its processes start: the first garbage collection is that much later than a minute. */
const SECONDS_TO_START = 0.1;

export interface VppOptions {
  readonly clock: Clock;
  readonly personality: Personality;
  readonly pid: number;
  /** Without a leading `v`; default: the personality's. */
  readonly version?: string;
  /** Bytes of the main heap; default 1 GiB. */
  readonly heapBytes?: number;
  readonly statistics?: LbStatistics;
  /** Threads that forward packets besides the main one; default none. */
  readonly workers?: number;
  /** A VIP has come or gone. */
  readonly vipsChanged?: () => void;
  /** Commands beyond VPP's own. */
  readonly extraCommands?: readonly Command[];
  /** Told of each LB write over the API, right after it was executed. */
  readonly onWrite?: (write: ExecutedWrite) => void;
  /** VPP would have died, while nobody was asking for anything. */
  readonly onCrash: (crash: SimulatedCrash) => void;
}

/** One run of one VPP, from its start to its end: what it holds, and its command line. No sockets. */
export class Vpp {
  readonly personality: Personality;
  readonly identity: VppIdentity;
  readonly lb: LbPlugin;
  readonly writes: WriteLog;
  readonly #clock: Clock;
  readonly #bootedAt: number;
  readonly #commandLine: CommandLine;
  readonly #onCrash: (crash: SimulatedCrash) => void;
  #cancelTick: Cancel = () => undefined;

  constructor(options: VppOptions) {
    this.personality = options.personality;
    this.#clock = options.clock;
    this.#onCrash = options.onCrash;
    this.writes = new WriteLog(options.onWrite);
    this.#bootedAt = options.clock.monotonic() - SECONDS_TO_START * 1000;
    this.identity = {
      version: options.version ?? personalityFacts[options.personality].version,
      buildDate: '2026-10-28T09:00:00',
      buildDirectory: '/usr/src/vpp',
      pid: options.pid,
    };
    this.lb = new LbPlugin(() => this.uptime(), {
      generation: options.personality,
      ...(options.heapBytes === undefined ? {} : { heapBytes: options.heapBytes }),
      ...(options.statistics === undefined ? {} : { statistics: options.statistics }),
      ...(options.workers === undefined ? {} : { workers: options.workers }),
      ...(options.vipsChanged === undefined ? {} : { vipsChanged: options.vipsChanged }),
    });
    this.#commandLine = new CommandLine([...vppCommands, ...(options.extraCommands ?? [])]);
    if (options.personality === 'modern') this.#scheduleTick();
  }

  /** Seconds, with fractions. */
  uptime(): number {
    return (this.#clock.monotonic() - this.#bootedAt) / 1000;
  }

  /** Seconds since the epoch, with fractions. */
  systemTime(): number {
    return this.#clock.now() / 1000;
  }

  /** Runs a line of VPP's command line. Throws SimulatedCrash. */
  cli(text: string): CommandResult {
    return this.#commandLine.run(text, { lb: this.lb, identity: this.identity });
  }

  /** Ends what runs by itself. */
  stop(): void {
    this.#cancelTick();
  }

  #scheduleTick(): void {
    this.#cancelTick = this.#clock.schedule(GARBAGE_PERIOD_SECONDS * 1000, () => {
      this.#scheduleTick();
      try {
        this.lb.collectGarbage();
      } catch (thrown) {
        if (!(thrown instanceof SimulatedCrash)) throw thrown;
        this.#onCrash(thrown);
      }
    });
  }
}
