import { formatDuration } from '../../domain/duration.js';
import { NumberTable } from '../../domain/number-table.js';
import type { ProbeResult } from '../../domain/probe-result.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';
import type { ProbeTarget } from '../target.js';
import type { TrustGrounds } from '../trust.js';
import type { EngineTuning, WorkerCondition } from './contract.js';
import type { Step, WorkerReport, WorkerTrouble } from './messages.js';
import { unpackResults } from './packed-results.js';
import { Quarantine } from './quarantine.js';
import { Watch } from './watch.js';
import { WorkerThread } from './worker-thread.js';

export interface ProberOptions {
  readonly name: string;
  readonly netns: string;
  readonly trust: TrustGrounds;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tuning: EngineTuning;
  /** Called when `trouble` changes. */
  readonly troubled: () => void;
}

/** One probe of a target, which is known by `number`. */
export interface ProbeRun {
  readonly id: number;
  readonly number: number;
  /** The backend, for people. */
  readonly key: string;
  readonly target: ProbeTarget;
  /** Called once, unless it is cancelled. */
  readonly done: (result: ProbeResult) => void;
}

interface UnderWay {
  readonly timeoutMs: number;
  readonly since: number;
  readonly done: (result: ProbeResult) => void;
  /** Looks that found it overdue. */
  overdue: number;
}

/** A place for one worker after the other: what it was asked, and its replacement when it dies. */
export class Prober {
  readonly #options: ProberOptions;
  readonly #underWay = new NumberTable<UnderWay>();
  /** The backends of the targets that the present worker knows, by the targets' numbers. */
  readonly #known = new Map<number, string>();
  readonly #quarantine: Quarantine;
  #thread: WorkerThread | null = null;
  #watch: Watch | null = null;
  #trouble: WorkerTrouble | null = null;
  #restarts = 0;
  #failuresInARow = 0;
  #pause: Cancel = () => {};
  #stopped = false;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#quarantine = new Quarantine(options.clock, options.tuning);
    this.#start();
  }

  get trouble(): WorkerTrouble | null {
    return this.#trouble;
  }

  get condition(): WorkerCondition {
    const { board } = this.#thread ?? {};
    const started = this.#watch?.started === true;
    return {
      state: this.#thread === null ? 'restarting' : started ? 'running' : 'starting',
      lagMs: Math.max(board?.lagMs ?? 0, this.#watch?.silentMs ?? 0),
      underWay: board?.underWay ?? 0,
      waiting: board?.waiting ?? 0,
      restarts: this.#restarts,
      trouble: this.#trouble?.error ?? null,
    };
  }

  run({ id, number, key, target, done }: ProbeRun): void {
    const since = this.#options.clock.monotonic();
    this.#underWay.set(id, { timeoutMs: target.timeoutMs, since, done, overdue: 0 });
    const refused = this.#refusal(number);
    if (refused !== null) {
      setImmediate(() => this.#finish(id, lost(refused)));
      return;
    }
    if (!this.#known.has(number)) this.#tell({ type: 'know', number, target });
    this.#known.set(number, key);
    this.#thread?.start(id, number);
  }

  /** Why a target cannot be probed now; null = it can. */
  #refusal(number: number): string | null {
    const aloneMs = this.#quarantine.remainingMs(number);
    if (aloneMs > 0) {
      const left = formatDuration(Math.ceil(aloneMs / 1000) * 1000);
      return `the thread that probed it was lost over it: not tried again for ${left}`;
    }
    return this.#thread === null ? 'the worker that probes is being replaced' : null;
  }

  cancel(id: number): void {
    if (this.#underWay.delete(id)) this.#tell({ type: 'cancel', id });
  }

  forget(number: number): void {
    this.#quarantine.forget(number);
    if (this.#known.delete(number)) this.#tell({ type: 'forget', number });
  }

  /** To be called every `watchMs`. */
  look(): void {
    const hung = this.#watch?.look() ?? null;
    if (hung !== null) this.#thread?.kill(hung);
    // One that is coming up has its own limit.
    if (this.#watch?.started !== true) return;
    const { clock, tuning } = this.#options;
    const now = clock.monotonic();
    for (const [id, probe] of this.#underWay.entries()) {
      if (now - probe.since < probe.timeoutMs + tuning.watchMs) continue;
      // The results may be here already, unread: reading them comes between two looks.
      if (++probe.overdue < 3) continue;
      this.#tell({ type: 'cancel', id });
      const detail = `the worker that probes has not answered for ${Math.round(now - probe.since)}ms`;
      this.#finish(id, { verdict: 'doubt', code: 'LATE', detail, durationMs: 0 });
    }
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#pause();
    this.#underWay.clear();
    return this.#thread?.stop() ?? Promise.resolve();
  }

  /** Ends it whatever it does. */
  kill(): void {
    this.#thread?.kill('it did not end');
  }

  #tell(step: Exclude<Step, { readonly type: 'start' }>): void {
    this.#thread?.tell(step);
  }

  #start(): void {
    const { name, netns, trust, tuning } = this.#options;
    try {
      const thread = new WorkerThread(name, { netns, trust }, tuning, {
        report: (report) => this.#reported(report),
        lost: (reason) => this.#lost(reason),
      });
      this.#thread = thread;
      this.#watch = new Watch(thread.board, tuning, tuning.watchMs);
    } catch (thrown) {
      // As when the limit of tasks is reached: there may be room for a thread later.
      this.#lost(`it could not be started: ${thrown instanceof Error ? thrown.message : thrown}`);
    }
  }

  #reported(report: WorkerReport): void {
    if (report.type === 'trouble') {
      this.#trouble = report.trouble;
      this.#options.troubled();
      return;
    }
    this.#failuresInARow = 0;
    unpackResults(report.results, (id, result) => this.#finish(id, result));
  }

  #finish(id: number, result: ProbeResult): void {
    const probe = this.#underWay.get(id);
    if (probe === undefined) return;
    this.#underWay.delete(id);
    probe.done(result);
  }

  #lost(reason: string): void {
    const { clock, log, tuning } = this.#options;
    const culprit = [...this.#known].find(([number]) => this.#thread?.board.isWorkingFor(number));
    this.#thread = null;
    this.#watch = null;
    this.#known.clear();
    if (this.#stopped) return;
    const pauseMs = Math.min(tuning.restartMaxMs, tuning.restartMinMs * 2 ** this.#failuresInARow++);
    log.log('error', 'probe-worker-lost', { worker: this.#options.name, error: reason, restartMs: pauseMs });
    if (culprit !== undefined) {
      const [number, backend] = culprit;
      const aloneMs = this.#quarantine.blame(number);
      log.log('error', 'probe-left-alone', { backend, error: reason, pauseMs: aloneMs });
    }
    this.#pause = clock.schedule(pauseMs, () => {
      this.#restarts++;
      this.#start();
    });
    for (const [id] of this.#underWay.entries()) this.#finish(id, lost('the worker that probed was lost'));
  }
}

function lost(detail: string): ProbeResult {
  return { verdict: 'doubt', code: 'ENGINE', detail, durationMs: 0 };
}
