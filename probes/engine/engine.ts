import type { ProbeResult } from '../../domain/probe-result.js';
import type { Cancel } from '../../protocol/clock.js';
import { describeProbe } from '../prepare.js';
import type { ProbeTarget } from '../target.js';
import { soundGrounds } from '../trust.js';
import { defaultTuning, type EngineTuning, type ProbeEngine, type ProbeEngineOptions } from './contract.js';
import { LagMeter } from './lag-meter.js';
import { Prober } from './prober.js';

/** A backend as the engine knows it: always probed by the same worker. */
interface Assigned {
  readonly prober: Prober;
  readonly number: number;
  readonly target: ProbeTarget;
  /** The probe that is under way. */
  running: Running | null;
}

interface Running {
  readonly id: number;
  readonly resolve: (result: ProbeResult) => void;
}

/** How long the workers may take to end before they are ended. */
const stopMs = 2000;

/** Starts the workers. They come up while the first probes are on their way. */
export function createProbeEngine(options: ProbeEngineOptions): ProbeEngine {
  return new Engine(options, { ...defaultTuning, ...options.tuning });
}

class Engine implements ProbeEngine {
  readonly #options: ProbeEngineOptions;
  readonly #tuning: EngineTuning;
  readonly #probers: readonly Prober[];
  readonly #lag: LagMeter;
  readonly #assigned = new Map<string, Assigned>();
  #lastNumber = 0;
  #assignments = 0;
  #told: string | null = null;
  #look: Cancel = () => {};
  #stopped: Promise<void> | null = null;

  constructor(options: ProbeEngineOptions, tuning: EngineTuning) {
    const { clock, log, netns, trust = soundGrounds } = options;
    this.#options = options;
    this.#tuning = tuning;
    this.#lag = new LagMeter(clock);
    const troubled = () => this.#tellTrouble();
    this.#probers = Array.from({ length: options.workers }, (_, i) => {
      return new Prober({ name: `probes-${i}`, netns, trust, clock, log, tuning, troubled });
    });
    this.#watch();
  }

  readonly probe = (key: string, target: ProbeTarget): Promise<ProbeResult> => {
    if (this.#stopped !== null) return doubt('CANCELLED', 'the probe engine was stopped');
    if (this.#assigned.get(key)?.running) return doubt('ENGINE', `the last probe of ${key} has not ended`);
    const assigned = this.#assign(key, target);
    const { prober, number } = assigned;
    const id = ++this.#lastNumber;
    const { log } = this.#options;
    if (log.enabled('debug')) log.log('debug', 'probe-start', { backend: key, probe: describeProbe(target) });
    return new Promise((resolve) => {
      assigned.running = { id, resolve };
      prober.run({ id, number, key, target, done: (result) => this.#end(key, id, result) });
    });
  };

  readonly cancel = (key: string): void => {
    const assigned = this.#assigned.get(key);
    if (assigned === undefined) return;
    const { prober, number, running } = assigned;
    if (running !== null) {
      prober.cancel(running.id);
      this.#end(key, running.id, cancelled('the probe was cancelled'));
    }
    this.#assigned.delete(key);
    prober.forget(number);
  };

  readonly condition = () => ({
    mainLagMs: Math.round(this.#lag.recent()),
    workers: this.#probers.map(({ condition }) => condition),
  });

  readonly stop = (): Promise<void> => {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  };

  async #stop(): Promise<void> {
    for (const key of [...this.#assigned.keys()]) this.cancel(key);
    this.#look();
    this.#lag.stop();
    const giveUp = this.#options.clock.schedule(stopMs, () => {
      for (const prober of this.#probers) prober.kill();
    });
    await Promise.all(this.#probers.map((prober) => prober.stop()));
    giveUp();
  }

  #assign(key: string, target: ProbeTarget): Assigned {
    const before = this.#assigned.get(key);
    if (before?.target === target) return before;
    before?.prober.forget(before.number);
    const prober = before?.prober ?? this.#nextProber();
    const assigned = { prober, number: ++this.#lastNumber, target, running: null };
    this.#assigned.set(key, assigned);
    return assigned;
  }

  /** One worker after the other. */
  #nextProber(): Prober {
    const prober = this.#probers[this.#assignments++ % this.#probers.length];
    if (prober === undefined) throw new Error('a probe engine needs at least one worker');
    return prober;
  }

  #end(key: string, id: number, result: ProbeResult): void {
    const assigned = this.#assigned.get(key);
    const running = assigned?.running ?? null;
    if (assigned === undefined || running?.id !== id) return;
    assigned.running = null;
    const { log } = this.#options;
    if (log.enabled('debug')) log.log('debug', 'probe-done', { backend: key, ...result });
    running.resolve(result);
  }

  #watch(): void {
    this.#look = this.#options.clock.schedule(this.#tuning.watchMs, () => {
      for (const prober of this.#probers) prober.look();
      this.#watch();
    });
  }

  /** All workers have the same trouble, which is worth one record. */
  #tellTrouble(): void {
    const trouble = this.#probers.find((prober) => prober.trouble !== null)?.trouble ?? null;
    if ((trouble?.error ?? null) === this.#told) return;
    this.#told = trouble?.error ?? null;
    const { log, netns } = this.#options;
    if (trouble === null) log.log('info', 'probe-netns', { netns });
    else log.log('error', 'probe-netns', { netns, ...trouble });
  }
}

function cancelled(detail: string): ProbeResult {
  return { verdict: 'doubt', code: 'CANCELLED', detail, durationMs: 0 };
}

function doubt(code: 'ENGINE' | 'CANCELLED', detail: string): Promise<ProbeResult> {
  return Promise.resolve({ verdict: 'doubt', code, detail, durationMs: 0 });
}
