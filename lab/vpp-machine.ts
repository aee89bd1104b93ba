import { openSync } from 'node:fs';
import { MaglevError } from '../domain/errors.js';
import { type FaultAction, requestNames } from '../sim/faults/fault.js';
import { parseFault } from '../sim/faults/fault-grammar.js';
import { FaultMachine, type TimedAction } from '../sim/faults/fault-machine.js';
import { configurationOf, configureAs } from '../sim/lb/configuration.js';
import { SimulatedCrash } from '../sim/lb/crash.js';
import type { LbState } from '../sim/lb/lb-state.js';
import { warmUpTables } from '../sim/lb/warm-up.js';
import { SeededRandom } from '../sim/random.js';
import { ApiServer, type Death } from '../sim/server/api-server.js';
import { VppStats } from '../sim/stats/vpp-stats.js';
import { Vpp } from '../sim/vpp.js';
import type { ExecutedWrite } from '../sim/write-log.js';
import type { LabClock } from './lab-clock.js';
import { PipeEnd } from './pipe.js';

export interface VppMachineOptions {
  readonly clock: LabClock;
  readonly seed: number;
  readonly heapBytes: number;
  readonly onWrite: (write: ExecutedWrite) => void;
  /** It died of itself: of a request that kills it, or of a fault. */
  readonly onDeath: (death: Death) => void;
  /** It runs, or not any more. */
  readonly onLife: (runs: boolean) => void;
}

/** Of the stats segment: it takes memory only as far as it is used. */
const STATS_BYTES = 4 * 1024 * 1024;
/** Of a new-flow table, for each of its buckets. */
const BUCKET_BYTES = 4;
/** For so long whoever asks for it waits at most. */
const STATS_PATIENCE_MS = 2000;

interface Run {
  readonly vpp: Vpp;
  readonly stats: VppStats;
  readonly server: ApiServer;
}

const quiet = { enabled: () => false, log: () => undefined };

/** The machine that VPP runs on, without its sockets: the simulator's own VPP, and whoever starts it again. */
export class VppMachine {
  readonly #options: VppMachineOptions;
  readonly #faults: FaultMachine;
  /** By request, when a fault has met one last. */
  readonly #struck = new Map<string, number>();
  #texts: string[] = [];
  #starts = 0;
  #run: Run;
  #runs = false;
  #hangs = false;
  /** Since when it has forwarded without a break. */
  #forwardsSince = 0;
  #livesSince = 0;
  #hungSince = 0;
  /** What others leave of its heap. */
  #heapLeft = Number.POSITIVE_INFINITY;
  #hungMs = 0;

  constructor(options: VppMachineOptions) {
    warmUpTables();
    this.#options = options;
    this.#faults = new HeardFaults(
      options.clock,
      (action) => this.#run.server.strike(action),
      (name) => this.#struck.set(name, options.clock.monotonic()),
    );
    this.#run = this.#boot();
    this.#up();
  }

  get runs(): boolean {
    return this.#runs;
  }

  get forwards(): boolean {
    return this.#runs && !this.#hangs;
  }

  /** How long ago a fault has met a request of this name, in milliseconds. */
  struckAgo(name: string): number {
    return this.#options.clock.monotonic() - (this.#struck.get(name) ?? Number.NEGATIVE_INFINITY);
  }

  /** How long it hung when it did last; 0 = it was not that what kept it from forwarding. */
  get hungMs(): number {
    return this.#hungMs;
  }

  /** Since when it forwards; of use only while it does. */
  get forwardsSince(): number {
    return this.#forwardsSince;
  }

  /** Since when it runs, whatever held it up since. */
  get livesSince(): number {
    return this.#livesSince;
  }

  /** Which of its lives this is. */
  get life(): number {
    return this.#starts;
  }

  get lb(): LbState {
    return this.#run.vpp.lb.state;
  }

  get plugin() {
    return this.#run.vpp.lb;
  }

  /** Begins to connect to its API. `busyFor`: see PipeEnd. */
  connect(busyFor: () => number): PipeEnd {
    const { clock } = this.#options;
    const client = new PipeEnd(clock, busyFor);
    clock.schedule(0, () => {
      if (!this.#runs) {
        client.refused('ECONNREFUSED');
        return;
      }
      const server = new PipeEnd(clock);
      PipeEnd.join(client, server);
      this.#run.server.accept(server);
      client.connected();
    });
    return client;
  }

  /** A descriptor of its stats segment. Rejects as its socket would. */
  async handOutStats(): Promise<number> {
    const { clock } = this.#options;
    if (this.#runs && this.#hangs)
      await new Promise<void>((resolve) => clock.schedule(STATS_PATIENCE_MS, resolve));
    if (!this.forwards) throw new MaglevError('MGL_STATS_CONNECT', 'nobody hands out the stats segment');
    return openSync(`/proc/self/fd/${this.#run.stats.fd}`, 'r');
  }

  /** Somebody types this at VPP's prompt. */
  type(command: string): void {
    if (!this.#runs) return;
    try {
      this.#run.vpp.cli(command);
    } catch (thrown) {
      if (!(thrown instanceof SimulatedCrash)) throw thrown;
      this.#died(this.#run, { kind: 'killed', reason: 'somebody typed what it dies of' });
    }
  }

  /** In the simulator's words (docs/simulator.md). */
  setFault(text: string): void {
    this.#texts.push(text);
    this.#faults.set(parseFault(text, requestNames));
  }

  clearFault(text: string): void {
    const at = this.#texts.indexOf(text);
    if (at >= 0) this.#texts.splice(at, 1);
    this.#faults.clear();
    for (const left of this.#texts) this.#faults.set(parseFault(left, requestNames));
  }

  /** Something else takes all memory but for one and a half tables of `length` buckets, also of one that starts; gives what ends that. */
  fillHeap(length: number): () => void {
    const left = length * BUCKET_BYTES * 1.5;
    this.#heapLeft = left;
    this.lb.heap.leave(left);
    return () => {
      if (this.#heapLeft !== left) return;
      this.#heapLeft = Number.POSITIVE_INFINITY;
      this.lb.heap.leave(this.#heapLeft);
    };
  }

  hang(ms: number): void {
    if (this.#runs) this.#run.server.hang(ms);
  }

  disconnect(): void {
    if (this.#runs) this.#run.server.disconnectAll();
  }

  kill(): void {
    if (this.#runs) this.#end();
  }

  start(from: 'empty' | 'configured'): void {
    if (this.#runs) return;
    const before = configurationOf(this.lb);
    this.#run = this.#boot();
    if (from === 'configured') configureAs(this.#run.vpp.lb, before);
    this.lb.heap.leave(this.#heapLeft);
    this.#up();
  }

  #up(): void {
    this.#starts++;
    this.#runs = true;
    this.#hangs = false;
    this.#hungMs = 0;
    this.#livesSince = this.#options.clock.monotonic();
    this.#forwardsSince = this.#livesSince;
    this.#options.onLife(true);
  }

  #boot(): Run {
    const { clock, seed, heapBytes, onWrite } = this.#options;
    const onDeath = (death: Death) => this.#died(run, death);
    const stats = new VppStats({ clock, size: STATS_BYTES });
    const vpp = new Vpp({
      statistics: stats,
      clock,
      personality: 'modern',
      pid: 1000 + this.#starts,
      heapBytes,
      onWrite,
      onCrash: (crash) => onDeath({ kind: 'crashed', crash }),
    });
    const server = new ApiServer({
      vpp,
      clock,
      random: new SeededRandom(seed * 1009 + this.#starts),
      faults: this.#faults,
      log: quiet,
      onDeath,
      onHang: (hangs) => this.#hung(hangs),
    });
    const run: Run = { vpp, server, stats };
    return run;
  }

  #hung(hangs: boolean): void {
    const now = this.#options.clock.monotonic();
    if (hangs && !this.#hangs) this.#hungSince = now;
    this.#hangs = hangs;
    if (hangs) this.#run.stats.suspend();
    else this.#run.stats.resume();
    if (hangs) return;
    this.#forwardsSince = now;
    this.#hungMs = now - this.#hungSince;
  }

  #died(run: Run, death: Death): void {
    if (!this.#runs || run !== this.#run) return;
    this.#end();
    this.#options.onDeath(death);
    // Whoever looks after VPP starts it again.
    const { afterMs, withState } = death.kind === 'restarting' ? death : { afterMs: 2000, withState: false };
    this.#options.clock.schedule(afterMs, () => this.start(withState ? 'configured' : 'empty'));
  }

  #end(): void {
    this.#runs = false;
    this.#run.vpp.stop();
    this.#run.stats.close();
    void this.#run.server.close();
    this.#options.onLife(false);
  }
}

/** Faults that say whom they have met. */
class HeardFaults extends FaultMachine {
  readonly #struck: (name: string) => void;

  constructor(clock: LabClock, strike: (action: TimedAction) => void, struck: (name: string) => void) {
    super(clock, strike);
    this.#struck = struck;
  }

  override onMessage(name: string | null): readonly FaultAction[] {
    const actions = super.onMessage(name);
    if (name !== null && actions.some(({ kind }) => kind !== 'delay')) this.#struck(name);
    return actions;
  }
}
