import type { ProbeResult } from '../../domain/probe-result.js';
import type { Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';
import type { ProbeTarget } from '../target.js';
import type { TrustGrounds } from '../trust.js';

/** Runs probes in worker threads, in the network namespace that was asked for. */
export interface ProbeEngine {
  /**
   * Probes `target` once, for the backend `key`. Never rejects: every trouble of our own is a result with the verdict
   * `doubt`, also a second probe for a key whose first one has not ended. Pass the same object as `target` as long
   * as nothing of it changes: then it is sent to the worker, and prepared there, only once.
   */
  readonly probe: (key: string, target: ProbeTarget) => Promise<ProbeResult>;
  /** Ends the probe of `key` that is under way, with the doubt CANCELLED, and forgets its target. */
  readonly cancel: (key: string) => void;
  readonly condition: () => EngineCondition;
  /** Ends everything: probes with the doubt CANCELLED, then the workers. Resolves when they have ended. */
  readonly stop: () => Promise<void>;
}

/** How well the engine does, for people and metrics. */
export interface EngineCondition {
  /** The longest time within the last second for which the main thread did nothing that was due, in milliseconds. */
  readonly mainLagMs: number;
  readonly workers: readonly WorkerCondition[];
}

export interface WorkerCondition {
  readonly state: 'starting' | 'running' | 'restarting';
  /** As mainLagMs. */
  readonly lagMs: number;
  /** Probes that run now. */
  readonly underWay: number;
  /** Probes that wait because too many run. */
  readonly waiting: number;
  readonly restarts: number;
  /** Why it cannot probe at all, as a sentence; null = it can. */
  readonly trouble: string | null;
}

export interface ProbeEngineOptions {
  /** How many threads; each costs some 10 MB and 20 wakeups a second. */
  readonly workers: number;
  /** The network namespace in which all probes run; '' = that of this process. */
  readonly netns: string;
  /** Without it nothing is known against our own judgement of certificates. */
  readonly trust?: TrustGrounds;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tuning?: Partial<EngineTuning>;
}

/** What has good defaults. Durations are in milliseconds. */
export interface EngineTuning {
  /** Probes under way in one worker, at most; each holds a descriptor. */
  readonly maxUnderWay: number;
  /** Probes that wait in one worker, at most; a longer queue is refused with the doubt LATE. */
  readonly maxWaiting: number;
  /** A worker whose event loop has not turned for so long is replaced. */
  readonly hangMs: number;
  /** A worker that has not come up within this time is replaced. */
  readonly startMs: number;
  /** How often workers are looked at, and how long after its timeout a probe is given up at the earliest. */
  readonly watchMs: number;
  /** The pause before a worker is replaced: doubled from the first to the second with every failure in a row. */
  readonly restartMinMs: number;
  readonly restartMaxMs: number;
  /** For how long a target is left alone of which a worker has died: doubled from the first to the second. */
  readonly aloneMinMs: number;
  readonly aloneMaxMs: number;
  /** The program of a worker. */
  readonly entry: URL;
}

export const defaultTuning: EngineTuning = {
  maxUnderWay: 2048,
  maxWaiting: 8192,
  hangMs: 5000,
  startMs: 30_000,
  watchMs: 250,
  restartMinMs: 100,
  restartMaxMs: 10_000,
  aloneMinMs: 10_000,
  aloneMaxMs: 600_000,
  entry: new URL('./worker-main.js', import.meta.url),
};
