import { PAGE_ROWS, ProbeNumbers } from '../../domain/probe-numbers.js';
import { type DoubtCode, findingOf, type ProbeResult } from '../../domain/probe-result.js';
import type { Clock } from '../../protocol/clock.js';
import type { ProbeTarget } from '../target.js';
import { AlikeProbes } from './alike-probes.js';
import type { RecentLimit } from './contract.js';
import type { Judge } from './judge.js';
import type { Step, Traced, WorkerReport } from './messages.js';
import type { NamespaceGuard } from './namespace-guard.js';
import { type NumberedNews, packNews } from './news.js';
import { type ProbeDriver, Schedule } from './schedule.js';

/** Probes targets, which it knows by their rows. */
export interface TargetDriver extends ProbeDriver {
  /** From now on this row means this target. None of its probes is under way. */
  readonly know: (row: number, target: ProbeTarget) => void;
  readonly forget: (row: number) => void;
}

export type Ended = (row: number, result: ProbeResult) => void;

/** Notes for the target of which row this thread works, so that it can be told what the thread has died of. */
export interface Behalf {
  /** From now on for this one. Answers what leave() takes. */
  readonly enter: (row: number) => number;
  /** For whomever it worked before. Not called when something was thrown: that ends the thread. */
  readonly leave: (before: number) => void;
}

export interface ThreadOptions {
  readonly clock: Clock;
  readonly makeDriver: (ended: Ended, behalf: Behalf) => TargetDriver;
  readonly judge: Judge;
  readonly guard: Pick<NamespaceGuard, 'trouble' | 'entered'>;
  readonly maxUnderWay: number;
  readonly recent: RecentLimit | null;
  readonly firstTicket: number;
  readonly report: (report: WorkerReport) => void;
  /**
   * Notes for which target this thread works, by its number (0 = none), and answers the one before. What is thrown ends the
   * thread, and leaves the note behind.
   */
  readonly workFor: (number: number) => number;
  /** Called when something has to be told, or is due earlier than was known. */
  readonly stirred: () => void;
}

interface Target {
  readonly number: number;
  readonly target: ProbeTarget;
  /** What it becomes when the probe that is under way has ended; null = it stays. */
  next: ProbeTarget | null;
  /** In which namespace its last probe has begun. */
  entered: string | null;
}

/** All that one thread probes: its schedule, and what it has to tell. Whoever owns it lets its time pass. */
export class ProbingThread {
  readonly schedule: Schedule;
  readonly #options: ThreadOptions;
  readonly #driver: TargetDriver;
  readonly #targets: (Target | undefined)[] = [];
  readonly #alike = new AlikeProbes();
  readonly #pages: ProbeNumbers[] = [];
  #news: NumberedNews[] = [];
  #trace: Traced[] = [];
  #tracing = false;

  constructor(options: ThreadOptions) {
    this.#options = options;
    const { clock, maxUnderWay, recent, firstTicket } = options;
    this.#driver = options.makeDriver((row, result) => this.#ended(row, result), {
      enter: (row) => this.#enter(row),
      leave: options.workFor,
    });
    this.schedule = new Schedule({
      clock,
      maxUnderWay,
      recent,
      firstTicket,
      driver: {
        start: (row, now) => this.#start(row, now),
        expire: (row) => this.#expire(row),
        abandon: (row) => this.#driver.abandon(row),
      },
      news: (news) => {
        this.#news.push(news);
        options.stirred();
      },
      counted: (row, result) => this.#counted(row, result),
    });
  }

  /** All steps but `stop`. */
  take(step: Step): void {
    const { schedule } = this;
    switch (step.type) {
      case 'page':
        this.#pages[step.index] = new ProbeNumbers(step.memory);
        break;
      case 'watch':
        this.#forget(step.row);
        this.#know(step.row, step.number, step.target);
        schedule.watch(orderOf(step), step.standing, step.startMs);
        break;
      case 'retune':
        this.#retune(step);
        break;
      case 'forget':
        this.#forget(step.row);
        break;
      case 'settle':
        schedule.settle(step.row, step.ticket, step.doubt);
        break;
      case 'vpp':
        schedule.blameVpp(step.grounds);
        break;
      case 'retell':
        schedule.retell();
        break;
      case 'trace':
        this.#tracing = step.on;
        break;
      case 'stop':
        break;
    }
    this.#options.stirred();
  }

  /** Tells what there is to tell. */
  flush(): void {
    const { report } = this.#options;
    if (this.#trace.length > 0) report({ type: 'trace', trace: this.#trace });
    if (this.#news.length > 0) report({ type: 'news', news: packNews(this.#news) });
    this.#trace = [];
    this.#news = [];
  }

  /** Ends all probes that are under way; each is a doubt. */
  abandon(why: string): void {
    for (const row of this.schedule.running()) {
      this.#driver.abandon(row);
      this.#end(row, doubt('NETNS', why));
    }
  }

  /** Ends all probes without a result. */
  stop(): void {
    this.#targets.forEach((_, row) => {
      this.#forget(row);
    });
    this.#news = [];
    this.#trace = [];
  }

  #know(row: number, number: number, told: ProbeTarget): void {
    const target = this.#alike.of(told);
    this.#targets[row] = { number, target, next: null, entered: null };
    const before = this.#enter(row);
    this.#driver.know(row, target);
    this.#options.workFor(before);
  }

  #forget(row: number): void {
    if (this.#targets[row] === undefined) return;
    this.schedule.forget(row);
    this.#driver.forget(row);
    this.#targets[row] = undefined;
  }

  #retune(step: Extract<Step, { readonly type: 'retune' }>): void {
    const known = this.#targets[step.row];
    if (known === undefined) return;
    // A probe under way goes on as it began.
    if (this.schedule.isRunning(step.row)) known.next = step.target;
    else this.#know(step.row, known.number, step.target);
    this.schedule.retune(orderOf(step));
  }

  #start(row: number, now: number): void {
    const { number = 0, next = null } = this.#targets[row] ?? {};
    if (next !== null) this.#know(row, number, next);
    const known = this.#targets[row];
    if (known === undefined) return;
    const { guard } = this.#options;
    if (this.#tracing) this.#told({ row, finding: null, durationMs: 0 });
    const trouble = guard.trouble();
    // A namespace that was replaced has just ended all that ran, this one too.
    if (!this.schedule.isRunning(row)) return;
    known.entered = guard.entered;
    if (trouble !== null) {
      this.#end(row, doubt('NETNS', trouble.message));
      return;
    }
    const before = this.#enter(row);
    this.#driver.start(row, now);
    this.#options.workFor(before);
  }

  #expire(row: number): void {
    const before = this.#enter(row);
    this.#driver.expire(row);
    this.#options.workFor(before);
  }

  #ended(row: number, result: ProbeResult): void {
    const known = this.#targets[row];
    if (known === undefined) return;
    const { judge } = this.#options;
    const startedAt = this.schedule.begunAt(row);
    const isKnown = this.schedule.isKnown(row, result);
    this.#end(row, judge.judge(result, known.target, startedAt, known.entered, isKnown), result);
    this.#options.stirred();
  }

  #end(row: number, result: ProbeResult, found = result): void {
    if (this.#tracing) this.#told({ row, finding: findingOf(result), durationMs: result.durationMs });
    this.schedule.ended(row, result, found);
  }

  #counted(row: number, result: ProbeResult): void {
    const page = this.#pages[Math.floor(row / PAGE_ROWS)];
    page?.record(row % PAGE_ROWS, result.code, this.#options.clock.now(), result.durationMs);
  }

  #told(traced: Traced): void {
    this.#trace.push(traced);
    this.#options.stirred();
  }

  #enter(row: number): number {
    return this.#options.workFor(this.#targets[row]?.number ?? 0);
  }
}

function orderOf({ row, round, target, counting }: Extract<Step, { readonly type: 'watch' | 'retune' }>) {
  return { number: row, round, timeoutMs: target.timeoutMs, counting };
}

function doubt(code: DoubtCode, detail: string): ProbeResult {
  return { verdict: 'doubt', code, detail, durationMs: 0 };
}
