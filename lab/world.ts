import { checkConfigText } from '../config/check.js';
import type { ConfigVerdict } from '../domain/config.js';
import { asMaglevError, type MaglevError } from '../domain/errors.js';
import type { Cancel } from '../protocol/clock.js';
import type { RpcTargets } from '../protocol/rpc.js';
import { configText } from './config-file.js';
import { Disk } from './disk.js';
import { EngineThreads } from './engine-threads.js';
import { LabClock, ProcessClock } from './lab-clock.js';
import { Maglevd } from './maglevd.js';
import type { Observer, RequestSeen } from './observer.js';
import type { PipeEnd } from './pipe.js';
import type { Fleet, Scenario } from './scenario.js';
import { nothingSeen, type SeenVpp, seenIn } from './seen.js';
import { KNOWN_MS, Servers } from './servers.js';
import { Trace } from './trace.js';
import { Truth } from './truth.js';
import type { Turns } from './turns.js';
import { VppMachine } from './vpp-machine.js';

/** Whoever looks after maglevd starts it again so long after its end, in milliseconds. */
const RESTART_MS = 1000;

/** One process of maglevd that runs, and what belongs to it. */
interface Life {
  readonly pid: number;
  readonly clock: ProcessClock;
  readonly maglevd: Maglevd;
  readonly threads: EngineThreads;
  readonly sockets: Set<PipeEnd>;
  targets: RpcTargets | null;
  gone: boolean;
}

/** Strikes at a message that an actor takes. */
interface Strike {
  /** null: any. */
  readonly actor: string | null;
  left: number;
  readonly hit: () => 'crash' | 'kill';
}

/** All that there is in a simulated day: the machines, the network, the file, the process, and what is true of them. */
export class World {
  readonly scenario: Scenario;
  readonly clock: LabClock;
  readonly trace: Trace;
  readonly truth: Truth;
  readonly vpp: VppMachine;
  readonly servers: Servers;
  readonly disk: Disk;
  readonly observers: Observer[] = [];
  /** Requests that have no answer yet. */
  readonly open = new Set<RequestSeen>();
  /** Faults that are under way, and when the last one was over. */
  troubles = 0;
  lastTroubleAt = 0;
  /** What operators still have to do, or wait for. */
  errands = 0;
  /** The text of the config file now, and what it says; null = nothing valid. */
  #file: { readonly text: string; readonly fleet: Fleet | null };
  #fileWrittenAt = Number.NEGATIVE_INFINITY;
  /** What the file has said to whoever read it since the last reload began. */
  readonly #readSince = new Set<Fleet | null>();
  #seen: SeenVpp = nothingSeen;
  #life: Life | null = null;
  #pids = 100;
  #wallOffset = 0;
  #strikes: Strike[] = [];
  /** How long after its end it is started again. */
  #downMs = RESTART_MS;
  /** Ends the trouble that there is without a process. */
  #togetherAgain: () => void = () => {};

  constructor(scenario: Scenario, turns: Turns, keepTrace: boolean) {
    this.scenario = scenario;
    const { seed, fleet } = scenario;
    this.clock = new LabClock(turns, seed ^ 0x5bd1e995);
    this.trace = new Trace(this.clock.monotonic, keepTrace);
    this.truth = new Truth(this.clock.monotonic, fleet);
    this.#file = { text: configText(fleet), fleet };
    this.disk = new Disk(() => this.truth.forget());
    this.vpp = new VppMachine({
      clock: this.clock,
      seed,
      heapBytes: fleet.heapBytes,
      onWrite: (write) => {
        const before = this.#seen;
        this.#seen = seenIn(this.vpp.lb);
        this.trace.line(`vpp ${write.name} ${write.retval} ${JSON.stringify(write.fields, plain)}`);
        for (const { wrote } of this.observers) wrote?.({ write, before, after: this.#seen });
      },
      onDeath: (death) => {
        for (const { vppDied } of this.observers) vppDied?.(death);
      },
      onLife: (runs) => {
        // At the first time nobody has looked yet.
        this.#seen = this.vpp === undefined ? nothingSeen : seenIn(this.vpp.lb);
        this.trace?.line(`vpp ${runs ? 'runs' : 'is gone'}`);
      },
    });
    this.servers = new Servers({
      clock: this.clock,
      vpp: () => this.vpp,
      backends: fleet.backends,
      serves: (address) => [...this.seen.values()].some(({ servers }) => (servers.get(address) ?? 0) > 0),
      probed: (address, { verdict }, culprit) => {
        if (verdict !== 'doubt') this.truth.probed(address, verdict === 'pass', culprit);
      },
    });
  }

  /** What VPP has now; while it does not run, nothing. */
  get seen(): SeenVpp {
    return this.vpp.runs ? this.#seen : nothingSeen;
  }

  /** VPP was changed by another than maglevd. */
  lookAtVpp(): void {
    this.#seen = seenIn(this.vpp.lb);
  }

  /** The process that runs; null = none. */
  get process(): Life | null {
    return this.#life;
  }

  get fileFleet(): Fleet | null {
    return this.#file.fleet;
  }

  writeFile(text: string, fleet: Fleet | null): void {
    this.#file = { text, fleet };
    this.#fileWrittenAt = this.clock.monotonic();
  }

  setWall(byMs: number): void {
    this.#wallOffset += byMs;
  }

  /** Starts maglevd, unless it runs. */
  async launch(): Promise<void> {
    if (this.#life !== null) return;
    const pid = ++this.#pids;
    const clock = new ProcessClock(this.clock, this.scenario.seed * 31 + pid, () => this.#wallOffset);
    const sockets = new Set<PipeEnd>();
    const threads = new EngineThreads(clock, this.servers);
    const maglevd: Maglevd = new Maglevd({
      clock,
      pid,
      readFile: () => this.#readFile(),
      sinceFileMs: async () => this.clock.monotonic() - this.#fileWrittenAt,
      dial: () => {
        const end = this.vpp.connect(() => clock.stalledFor);
        if (life.gone) end.destroy();
        else sockets.add(end);
        return end;
      },
      handOut: () => this.vpp.handOutStats(),
      startThread: threads.start,
      intents: this.disk.store(clock, () => !life.gone),
      hook: (actor, message) => this.#hook(life, actor, message),
      told: (level, event, fields) => {
        this.trace.line(`${level} ${event} ${JSON.stringify(fields, plain)}`);
        if (event === 'vpp-died-writing') this.truth.troubled(Number(fields['pauseMs'] ?? 0) + 1);
        if (event === 'vpp-disconnect') this.truth.blindness.begin(Number.POSITIVE_INFINITY);
        if (event === 'vpp-connect') this.truth.blindness.begin(KNOWN_MS);
        if (event === 'config-reload-start') this.#readSince.clear();
        if (event === 'config-reload-done' && fields['ok'] === true) this.#reloaded();
        for (const { told } of this.observers) told?.(level, event, fields);
      },
      serving: (targets) => {
        life.targets = life.gone ? null : targets;
      },
      ended: (why) => {
        if (!life.gone) this.#over(life, why);
      },
      notified: (lines) => {
        for (const { notified } of this.observers) notified?.(lines);
      },
    });
    const life: Life = { pid, clock, maglevd, threads, sockets, targets: null, gone: false };
    this.#life = life;
    this.trace.line(`process ${pid} starts`);
    this.truth.lifeBegan = this.clock.monotonic();
    this.#togetherAgain();
    this.#togetherAgain = this.truth.troubled(1);
    this.#togetherAgain();
    const { fleet } = this.#file;
    // Whatever was asked of an earlier process: who starts reads the file.
    if (fleet !== null) this.truth.counts(fleet);
    await maglevd.start();
  }

  /** SIGKILL. It is started again later. */
  kill(downMs: number): void {
    const life = this.#life;
    if (life === null) return;
    this.trace.line(`process ${life.pid} is killed`);
    life.gone = true;
    life.maglevd.kill();
    this.#left(life);
    this.clock.schedule(downMs, () => void this.launch());
  }

  /** The day is over: nothing of it acts any more. */
  close(): void {
    const life = this.#life;
    if (life !== null) life.gone = true;
    life?.maglevd.kill();
    this.vpp.kill();
  }

  /** SIGTERM. It is started again so long after it has ended. */
  terminate(downMs: number): void {
    const life = this.#life;
    if (life === null) return;
    this.trace.line(`process ${life.pid} is told to end`);
    this.#downMs = downMs;
    life.maglevd.stop();
  }

  #over(life: Life, why: string): void {
    this.trace.line(`process ${life.pid} has ended: ${why}`);
    for (const { ended } of this.observers) ended?.(why);
    life.gone = true;
    this.#left(life);
    const down = this.#downMs;
    this.#downMs = RESTART_MS;
    this.clock.schedule(down, () => void this.launch());
  }

  #left(life: Life): void {
    life.targets = null;
    for (const socket of life.sockets) socket.destroy();
    for (const request of this.open) if (request.pid === life.pid) this.open.delete(request);
    if (this.#life === life) this.#life = null;
    this.#togetherAgain = this.truth.troubled();
  }

  /** Asks something; `answered` gets what came of it, unless the process ends before. False: there is nobody to ask. */
  ask<R>(
    what: string,
    ask: (targets: RpcTargets) => Promise<R> | null,
    answered: (value: R | null, error: MaglevError | null) => void = () => {},
  ): boolean {
    const life = this.#life;
    const targets = life?.targets ?? null;
    const asking = targets === null ? null : ask(targets);
    if (life === null || asking === null) return false;
    const request: RequestSeen = { what, askedAt: this.clock.monotonic(), pid: life.pid };
    this.open.add(request);
    const settle = (value: R | null, error: MaglevError | null): void => {
      if (!this.open.delete(request) || life.gone) return;
      this.trace.line(`answer ${what}${error === null ? '' : `: ${error.code}`}`);
      answered(value, error);
    };
    this.trace.line(`ask ${what}`);
    asking.then(
      (value) => settle(value, null),
      (error: unknown) => settle(null, asMaglevError(error)),
    );
    return true;
  }

  /** Asks for what may take for ever; `answered` is not called when the process ends before. */
  watch<R>(ask: (targets: RpcTargets) => Promise<R>, answered: (value: R | null) => void): boolean {
    const life = this.#life;
    const targets = life?.targets ?? null;
    if (life === null || targets === null) return false;
    const settle = (value: R | null): void => {
      if (!life.gone) answered(value);
    };
    ask(targets).then(settle, () => settle(null));
    return true;
  }

  /** Something strikes at the so-manieth message from now on; gives what takes it back. */
  strike(actor: string | null, nth: number, hit: Strike['hit']): Cancel {
    const strike = { actor, left: nth, hit };
    this.#strikes.push(strike);
    return () => {
      this.#strikes = this.#strikes.filter((one) => one !== strike);
    };
  }

  #hook(life: Life, actor: string, message: string): Promise<never> | null {
    if (life.gone) return new Promise(() => {});
    this.trace.message(actor, message);
    for (const { took } of this.observers) took?.();
    if (this.#strikes.length === 0) return null;
    for (const strike of this.#strikes) {
      if (strike.actor !== null && strike.actor !== actor) continue;
      if (--strike.left > 0) continue;
      this.#strikes = this.#strikes.filter((one) => one !== strike);
      this.trace.line(`strikes ${actor} at ${message}`);
      if (strike.hit() === 'crash') throw new Error(`the lab strikes ${actor} at ${message}`);
      return new Promise(() => {});
    }
    return null;
  }

  async #readFile(): Promise<ConfigVerdict> {
    const { text, fleet } = this.#file;
    const verdict = checkConfigText(text, 'maglev.yaml');
    this.#readSince.add(fleet);
    if (fleet !== null && this.#file.fleet !== this.truth.config) this.truth.mayCount(fleet);
    return verdict;
  }

  /** What was read counts, whatever the file says by now; if something else was read meanwhile, nobody here knows which. */
  #reloaded(): void {
    const [fleet = null, ...others] = this.#readSince;
    if (fleet !== null && others.length === 0) this.truth.counts(fleet);
  }
}

/** What a line of the trace has of a value: bytes and big numbers as text. */
function plain(key: string, value: unknown): unknown {
  // It has paths of this machine, and line numbers of Node.
  if (key === 'stack') return undefined;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Map) return [...value];
  return value;
}
