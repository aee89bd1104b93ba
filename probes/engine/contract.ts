import type { HealthCheck, ProbeParams } from '../../domain/config.js';
import type { ProbeResult } from '../../domain/probe-result.js';
import type { Standing } from '../../domain/rise-fall.js';
import type { Counting } from '../../domain/standing-table.js';
import type { Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';
import type { ProbeTarget } from '../target.js';
import type { TrustGrounds } from '../trust.js';
import type { ProbeBook } from './book.js';
import type { Suspicion } from './news.js';

/**
 * Probes backends again and again, in worker threads, in the network namespace that was asked for. It owns the schedule,
 * and counts by the rule of rise and fall; what it finds is told when it changes something.
 */
export interface ProbeEngine {
  /** Probes the backend `key` from now on, or begins anew with it. */
  readonly watch: (key: string, order: WatchOrder) => void;
  /** The same is asked as before, but it is counted in another way, or at another pace. A probe under way still counts. */
  readonly retune: (key: string, order: ProbeOrder) => void;
  /** It is probed no more, and nothing is told of it. */
  readonly forget: (key: string) => void;
  /** Says what a suspect is: null = a failure of the server's, otherwise this doubt. Until then it is not probed again. */
  readonly settle: (key: string, ticket: number, doubt: ProbeResult | null) => void;
  /** From now on failures that VPP may explain are told as suspects; null = they count. */
  readonly blameVpp: (grounds: VppGrounds | null) => void;
  /** The last probe that a server has answered: when it had begun, and when that was known (monotonic milliseconds). */
  readonly through: () => Through;
  readonly condition: () => EngineCondition;
  /** Of what kind the probes of this backend are; null = it is not probed. */
  readonly typeOf: (key: string) => ProbeParams['type'] | null;
  /** Ends everything. Resolves when the workers have ended. */
  readonly stop: () => Promise<void>;
}

export interface Through {
  readonly begunAt: number;
  readonly at: number;
}

/** What is asked of a backend, and how the answers are counted. */
export interface ProbeOrder {
  /** Pass the same object as long as nothing of it changes. */
  readonly target: ProbeTarget;
  readonly check: HealthCheck;
  /** News of this order carry it. */
  readonly round: number;
}

export interface WatchOrder extends ProbeOrder {
  /** What is known of it. */
  readonly standing: Standing;
  /** In how many milliseconds its first probe is due. */
  readonly startMs: number;
}

/** Of probes that are under way, how many at most have begun within so many milliseconds. */
export interface RecentLimit {
  readonly most: number;
  readonly ms: number;
}

/** What is to be probed, as far as the schedule must know. */
export interface Order {
  readonly number: number;
  /** News carry it: what is of another round is old. */
  readonly round: number;
  readonly timeoutMs: number;
  readonly counting: Counting;
}

/** What is known of the way through VPP, by which failures that prove nothing are told from those that do. */
export interface VppGrounds {
  /** Failures of probes that began after this are none of VPP's: in milliseconds of the monotonic clock. */
  readonly soundFrom: number;
  /** For how long after it was told that may be believed, in milliseconds. */
  readonly goodForMs: number;
}

/** A result that changes what is known of a backend, or differs from the last one in its code or detail. */
export interface ProbeNews {
  readonly key: string;
  readonly round: number;
  readonly result: ProbeResult;
  /** After the result; of a suspect, before it. */
  readonly standing: Standing;
  /** VPP may explain the failure: it waits for settle(). */
  readonly suspicion: Suspicion | null;
}

/** How well the engine does, for people and metrics. */
export interface EngineCondition {
  /** The longest time within the last second for which the main thread did nothing that was due, in milliseconds. */
  readonly mainLagMs: number;
  readonly workers: readonly WorkerCondition[];
}

export interface WorkerCondition {
  /** Its name, as logs have it. */
  readonly name: string;
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
  /** How many threads; each costs some 10 MB and 20 wakeups a second. One more begins when TLS is probed. */
  readonly workers: number;
  /** The network namespace in which all probes run; '' = that of this process. */
  readonly netns: string;
  /** Without it nothing is known against our own judgement of certificates. */
  readonly trust?: TrustGrounds;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whoever is told what was found. Never called during a call of the engine. */
  readonly news: (news: readonly ProbeNews[]) => void;
  /** Where the numbers of all results are kept. */
  readonly book: ProbeBook;
  readonly tuning?: Partial<EngineTuning>;
}

/** What has good defaults. Durations are in milliseconds. */
export interface EngineTuning {
  /** Probes under way in one worker, at most; each holds a descriptor. */
  readonly maxUnderWay: number;
  /** Handshakes of TLS that begin within `handshakeMs`, at most: as many take long enough. Those that are silent do not count. */
  readonly maxHandshakes: number;
  readonly handshakeMs: number;
  /** A worker whose event loop has not turned for so long is replaced. */
  readonly hangMs: number;
  /** After so long what it probes is in doubt. */
  readonly silentMs: number;
  /** A worker that has not come up within this time is replaced. */
  readonly startMs: number;
  /** How often workers are looked at. */
  readonly watchMs: number;
  /** How often the main thread measures how late it is. It judges no probe: only long stalls of it are worth telling. */
  readonly mainBeatMs: number;
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
  maxHandshakes: 50,
  handshakeMs: 100,
  hangMs: 5000,
  silentMs: 750,
  startMs: 30_000,
  watchMs: 250,
  mainBeatMs: 125,
  restartMinMs: 100,
  restartMaxMs: 10_000,
  aloneMinMs: 10_000,
  aloneMaxMs: 600_000,
  entry: new URL('./worker-main.js', import.meta.url),
};
