import { formatDuration } from '../../domain/duration.js';
import { asMaglevError } from '../../domain/errors.js';
import { NumberTable } from '../../domain/number-table.js';
import {
  type DoubtCode,
  lateMayExplain,
  nothingAnswered,
  type ProbeResult,
} from '../../domain/probe-result.js';
import type { Cancel } from '../../protocol/clock.js';
import type { OwnWay } from '../own-way.js';
import { prepareProbe } from '../prepare.js';
import type { Probe, Surroundings } from '../probe.js';
import type { ProbeTarget } from '../target.js';
import type { LagMeter } from './lag-meter.js';
import type { NumberedResult, Step } from './messages.js';
import type { NamespaceGuard } from './namespace-guard.js';

export interface RunnerOptions {
  readonly around: Omit<Surroundings, 'onItsBehalf'>;
  /** Notes for which target this thread works, by its number (0 = none), and answers the one before. */
  readonly workFor: (number: number) => number;
  readonly guard: NamespaceGuard;
  readonly ownWay: OwnWay;
  readonly lag: LagMeter;
  readonly maxUnderWay: number;
  readonly maxWaiting: number;
  readonly report: (results: readonly NumberedResult[]) => void;
}

/** A target as a worker knows it; `probe` is null when it cannot be prepared, and `error` says why. */
type Known =
  | { readonly target: ProbeTarget; readonly probe: Probe; readonly around: Surroundings }
  | { readonly target: ProbeTarget; readonly probe: null; readonly error: string };

interface Waiting {
  readonly id: number;
  readonly known: Known;
  readonly since: number;
}

/**
 * A stall of this thread that a failure may be due to: a tenth of the probe's timeout. Between its start and its end
 * a probe waits for us some three times, so a thread that stalls less than that leaves the server most of the timeout.
 */
export function tolerableStall(timeoutMs: number): number {
  return Math.max(5, timeoutMs / 10);
}

/** Waking another thread costs as much as a whole probe, so that passes, which are most results, travel together. */
const passDelayMs = 5;

/** Runs the probes of one thread, and decides which of their failures count. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #known = new Map<number, Known>();
  readonly #underWay = new NumberTable<Cancel>();
  readonly #waiting = new Map<number, Waiting>();
  #results: NumberedResult[] = [];
  #later: Cancel | null = null;
  #soon = false;
  #stopped = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** All steps but `stop`, which is for stop(). */
  take(step: Step): void {
    if (step.type === 'know') this.#know(step.number, step.target);
    else if (step.type === 'forget') this.#known.delete(step.number);
    else if (step.type === 'cancel') this.#cancel(step.id);
    else if (step.type === 'start') {
      for (let i = 0; i + 1 < step.probes.length; i += 2) {
        this.#admit(step.probes[i] ?? 0, this.#known.get(step.probes[i + 1] ?? 0));
      }
    }
  }

  /** Ends all probes without a result. */
  stop(): void {
    this.#stopped = true;
    this.#later?.();
    this.#waiting.clear();
    for (const [, cancel] of this.#underWay.entries()) cancel();
    this.#underWay.clear();
  }

  #know(number: number, target: ProbeTarget): void {
    const { workFor } = this.#options;
    // What is thrown ends this thread, and leaves the note behind for whoever asks what the thread has died of.
    const onItsBehalf = (work: () => void) => {
      const before = workFor(number);
      work();
      workFor(before);
    };
    const around: Surroundings = { ...this.#options.around, onItsBehalf };
    onItsBehalf(() => {
      try {
        this.#known.set(number, { target, probe: prepareProbe(target), around });
      } catch (thrown) {
        this.#known.set(number, { target, probe: null, error: asMaglevError(thrown).message });
      }
    });
  }

  /** Ends all probes that are under way; each is a doubt. */
  abandon(why: string): void {
    for (const [id, cancel] of this.#underWay.entries()) {
      this.#underWay.delete(id);
      cancel();
      this.#doubt(id, 'NETNS', why);
    }
  }

  #cancel(id: number): void {
    this.#waiting.delete(id);
    this.#underWay.get(id)?.();
    this.#underWay.delete(id);
    this.#next();
  }

  #admit(id: number, known: Known | undefined): void {
    if (known === undefined) this.#doubt(id, 'ENGINE', 'the target of the probe is not known');
    else if (this.#underWay.size < this.#options.maxUnderWay) this.#start(id, known);
    else if (this.#waiting.size < this.#options.maxWaiting) {
      this.#waiting.set(id, { id, known, since: this.#options.around.clock.monotonic() });
    } else this.#doubt(id, 'LATE', `the prober is overloaded: ${this.#waiting.size} probes wait already`);
  }

  /** A place has become free. */
  #next(): void {
    for (const [id, { known, since }] of this.#waiting) {
      if (this.#underWay.size >= this.#options.maxUnderWay) return;
      this.#waiting.delete(id);
      const waited = this.#options.around.clock.monotonic() - since;
      if (waited <= known.target.timeoutMs) this.#start(id, known);
      else
        this.#doubt(
          id,
          'LATE',
          `the prober is overloaded: no place for ${formatDuration(Math.round(waited))}`,
        );
    }
  }

  #start(id: number, known: Known): void {
    const { guard } = this.#options;
    const trouble = guard.trouble();
    if (known.probe === null) this.#doubt(id, 'ENGINE', known.error);
    else if (trouble !== null) this.#doubt(id, 'NETNS', trouble.message);
    else {
      const { probe, around, target } = known;
      const startedAt = around.clock.monotonic();
      const { entered } = guard;
      around.onItsBehalf(() => {
        const cancel = probe.run(around, (result) => {
          this.#underWay.delete(id);
          this.#send(id, this.#judge(result, target, startedAt, entered));
          this.#next();
        });
        this.#underWay.set(id, cancel);
      });
    }
  }

  /** The result, or a doubt in its place if it may be our own fault. */
  #judge(result: ProbeResult, target: ProbeTarget, startedAt: number, entered: string | null): ProbeResult {
    const { guard, lag, ownWay } = this.#options;
    const { timeoutMs } = target;
    const { code, detail, durationMs } = result;
    const discarded = (doubt: DoubtCode, why: string): ProbeResult => {
      return { verdict: 'doubt', code: doubt, detail: `${code} ${detail}, discarded: ${why}`, durationMs };
    };
    const elsewhere = guard.look();
    if (elsewhere !== null) return discarded('NETNS', elsewhere.message);
    if (guard.entered !== entered) return discarded('NETNS', 'the network namespace was replaced meanwhile');
    // The kernel has many words for a source address that is gone.
    if (result.code === 'SOCKERR') return { ...result, ...ownWay.trouble(target) };
    if (result.verdict !== 'fail') return result;
    const trouble = nothingAnswered(result) ? ownWay.trouble(target) : null;
    if (trouble !== null) return { ...trouble, durationMs };
    const late = Math.max(lag.worstSince(startedAt), durationMs - timeoutMs);
    if (lateMayExplain(result) && late > tolerableStall(timeoutMs)) {
      return discarded('LATE', `the prober stalled for ${formatDuration(Math.round(late))}`);
    }
    return result;
  }

  #doubt(id: number, code: DoubtCode, detail: string): void {
    this.#send(id, { verdict: 'doubt', code, detail, durationMs: 0 });
  }

  /** A pass waits a little for others, a failure takes all that wait along with it at once. */
  #send(id: number, result: ProbeResult): void {
    this.#results.push({ id, result });
    if (result.verdict === 'pass') {
      this.#later ??= this.#options.around.clock.schedule(passDelayMs, () => this.#flush());
    } else if (!this.#soon) {
      this.#soon = true;
      setImmediate(() => this.#flush());
    }
  }

  #flush(): void {
    this.#later?.();
    this.#later = null;
    this.#soon = false;
    const results = this.#results;
    this.#results = [];
    if (!this.#stopped && results.length > 0) this.#options.report(results);
  }
}
