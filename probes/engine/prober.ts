import type { HealthCheck } from '../../domain/config.js';
import { formatDuration } from '../../domain/duration.js';
import { PAGE_ROWS } from '../../domain/probe-numbers.js';
import type { DoubtCode, ProbeResult } from '../../domain/probe-result.js';
import { count, refitted } from '../../domain/rise-fall.js';
import { standingNumber, standingOf } from '../../domain/standing-table.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';
import type { ProbeTarget } from '../target.js';
import type { TrustGrounds } from '../trust.js';
import type { ProbeBook } from './book.js';
import type {
  EngineTuning,
  ProbeOrder,
  RecentLimit,
  Through,
  VppGrounds,
  WorkerCondition,
} from './contract.js';
import type { Step, Traced, WorkerReport, WorkerTrouble } from './messages.js';
import { type NumberedNews, unpackNews } from './news.js';
import { Quarantine } from './quarantine.js';
import type { StartThread, ThreadLife } from './thread-life.js';
import { Watch } from './watch.js';

export interface ProberOptions {
  readonly name: string;
  readonly netns: string;
  readonly trust: TrustGrounds;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tuning: EngineTuning;
  readonly recent: RecentLimit | null;
  readonly io: 'kernel' | 'node';
  readonly startThread: StartThread;
  readonly book: ProbeBook;
  /** Called when `trouble` changes. */
  readonly troubled: () => void;
  readonly news: (news: readonly NumberedNews[]) => void;
  readonly trace: (trace: readonly Traced[]) => void;
}

/** A backend as a worker must know it. There are thousands: one object for all that is known of each. */
export interface Watched {
  /** Its place in the book. */
  readonly row: number;
  /** Its name, for people. */
  readonly key: string;
  /** Of its target; never used again. */
  readonly number: number;
  target: ProbeTarget;
  check: HealthCheck;
  round: number;
  /** As it was told last, by its number: a new worker counts on from there. */
  standing: number;
  /** Of what it is suspected of, and has not been settled; 0 = nothing. */
  ticket: number;
}

/** After the loss of a worker its backends are probed within this, in milliseconds. */
const SPREAD_MS = 1000;

/** A place for one worker after the other: what it is to probe, and its replacement when it dies. */
export class Prober {
  readonly #options: ProberOptions;
  /** By row. */
  readonly #watched: (Watched | undefined)[] = [];
  /** Those whom the present worker does not know. */
  readonly #unknown = new Set<Watched>();
  readonly #quarantine: Quarantine;
  readonly #pages = new Set<number>();
  #thread: ThreadLife | null = null;
  #watch: Watch | null = null;
  #trouble: WorkerTrouble | null = null;
  #through: Through = { begunAt: Number.NEGATIVE_INFINITY, at: Number.NEGATIVE_INFINITY };
  #blamesVpp = false;
  #traces = false;
  #silent = false;
  #restarts = 0;
  #failuresInARow = 0;
  #pause: Cancel = () => {};
  #stopped = false;
  #doubts: NumberedNews[] = [];

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#quarantine = new Quarantine(options.clock, options.tuning);
    this.#start();
  }

  get trouble(): WorkerTrouble | null {
    return this.#trouble;
  }

  /** Over all workers that there have been. */
  get through(): Through {
    const now = this.#thread?.board.through ?? this.#through;
    return now.at > this.#through.at ? now : this.#through;
  }

  get condition(): WorkerCondition {
    const { board } = this.#thread ?? {};
    const started = this.#watch?.started === true;
    return {
      name: this.#options.name,
      state: this.#thread === null ? 'restarting' : started ? 'running' : 'starting',
      lagMs: Math.max(board?.lagMs ?? 0, this.#watch?.silentMs ?? 0),
      underWay: board?.underWay ?? 0,
      waiting: board?.waiting ?? 0,
      restarts: this.#restarts,
      trouble: this.#trouble?.error ?? null,
    };
  }

  /** From now on this is its: it says here how it stands. */
  watch(watched: Watched, startMs: number): void {
    const { row } = watched;
    this.#drop(row);
    this.#watched[row] = watched;
    this.#unknown.add(watched);
    const refused = this.#refusal(watched);
    if (refused !== null) {
      // One that is probed no more meanwhile.
      this.#tell({ type: 'forget', row });
      this.#doubt(row, 'ENGINE', refused);
    } else this.#hand(watched, startMs);
  }

  retune(row: number, order: ProbeOrder): void {
    const watched = this.#watched[row];
    if (watched === undefined) return;
    const { target, check, round } = order;
    watched.standing = standingNumber(refitted(watched.check, check, standingOf(watched.standing)));
    watched.target = target;
    watched.check = check;
    watched.round = round;
    if (!this.#unknown.has(watched)) this.#tell({ type: 'retune', row, round, target, counting: check });
  }

  forget(row: number): void {
    if (this.#drop(row)) this.#tell({ type: 'forget', row });
  }

  /** No target of that number will be probed any more. */
  acquit(number: number): void {
    this.#quarantine.forget(number);
  }

  settle(row: number, ticket: number, doubt: ProbeResult | null): void {
    const watched = this.#watched[row];
    if (watched === undefined) return;
    // Of one that was told under an order that has changed since, the thread that probes says what it came to.
    if (watched.ticket === ticket) {
      watched.ticket = 0;
      if (doubt === null) {
        watched.standing = standingNumber(count(watched.check, standingOf(watched.standing), false));
      }
    }
    this.#tell({ type: 'settle', row, ticket, doubt });
  }

  blameVpp(grounds: VppGrounds | null): void {
    this.#blamesVpp = grounds !== null;
    this.#tell({ type: 'vpp', grounds });
  }

  traces(on: boolean): void {
    if (on === this.#traces) return;
    this.#traces = on;
    this.#tell({ type: 'trace', on });
  }

  /** To be called every `watchMs`. */
  look(): void {
    const hung = this.#watch?.look() ?? null;
    if (hung !== null) this.#thread?.kill(hung);
    // One that is coming up has its own limit.
    if (this.#watch?.started !== true) return;
    const { silentMs } = this.#watch;
    if (silentMs >= this.#options.tuning.silentMs && !this.#silent) {
      this.#silent = true;
      this.#tell({ type: 'retell' });
      for (const { row } of this.#all()) {
        this.#doubt(row, 'LATE', `the worker that probes has not answered for ${silentMs}ms`);
      }
    } else if (silentMs === 0) this.#silent = false;
    this.#handUnknown();
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#pause();
    this.#watched.length = 0;
    this.#unknown.clear();
    return this.#thread?.stop() ?? Promise.resolve();
  }

  /** Ends it whatever it does. */
  kill(): void {
    this.#thread?.kill('it did not end');
  }

  /** Why a target cannot be probed now; null = it can. */
  #refusal({ number }: Watched): string | null {
    const aloneMs = this.#quarantine.remainingMs(number);
    if (aloneMs > 0) {
      const left = formatDuration(Math.ceil(aloneMs / 1000) * 1000);
      return `the thread that probed it was lost over it: not tried again for ${left}`;
    }
    return this.#thread === null ? 'the worker that probes is being replaced' : null;
  }

  #hand(watched: Watched, startMs: number): void {
    const { row, number, target, check: counting, round, standing } = watched;
    const index = Math.floor(row / PAGE_ROWS);
    if (!this.#pages.has(index)) {
      this.#pages.add(index);
      this.#tell({ type: 'page', index, memory: this.#options.book.page(index).memory });
    }
    this.#unknown.delete(watched);
    this.#tell({ type: 'watch', row, number, round, target, counting, standing, startMs });
  }

  /** Those that were with a worker that is no more, if they are not left alone. */
  #handUnknown(): void {
    if (this.#thread === null) return;
    for (const watched of this.#unknown) {
      if (this.#quarantine.remainingMs(watched.number) > 0) continue;
      this.#hand(watched, this.#options.clock.random() * SPREAD_MS);
    }
  }

  #drop(row: number): boolean {
    const watched = this.#watched[row];
    if (watched === undefined) return false;
    this.#unknown.delete(watched);
    this.#watched[row] = undefined;
    return true;
  }

  #all(): Watched[] {
    return this.#watched.filter((watched) => watched !== undefined);
  }

  #tell(step: Step): void {
    this.#thread?.tell(step);
  }

  /** Of our own making; told later, never during the call that finds it out. */
  #doubt(row: number, code: DoubtCode, detail: string): void {
    const watched = this.#watched[row];
    if (watched === undefined) return;
    const { standing, round } = watched;
    const result: ProbeResult = { verdict: 'doubt', code, detail, durationMs: 0 };
    if (this.#doubts.length === 0) setImmediate(() => this.#tellDoubts());
    this.#doubts.push({ number: row, round, result, standing, suspicion: null });
  }

  #tellDoubts(): void {
    const doubts = this.#doubts;
    this.#doubts = [];
    if (!this.#stopped) this.#options.news(doubts);
  }

  #start(): void {
    const { name, netns, trust, tuning, recent, io, book, startThread } = this.#options;
    const { maxUnderWay } = tuning;
    const firstTicket = book.firstTicket();
    try {
      const thread = startThread(
        name,
        { netns, trust, maxUnderWay, recent, firstTicket, io },
        {
          report: (report) => this.#reported(report),
          lost: (reason) => this.#lost(reason),
        },
      );
      this.#thread = thread;
      this.#watch = new Watch(thread.board, tuning, tuning.watchMs);
      this.#silent = false;
      this.#pages.clear();
      if (this.#traces) this.#tell({ type: 'trace', on: true });
      // Nothing is known of the way through VPP until it is told again.
      const unknown = { soundFrom: Number.POSITIVE_INFINITY, goodForMs: 0 };
      if (this.#blamesVpp) this.#tell({ type: 'vpp', grounds: unknown });
      this.#handUnknown();
    } catch (thrown) {
      // As when the limit of tasks is reached: there may be room for a thread later.
      this.#lost(`it could not be started: ${thrown instanceof Error ? thrown.message : thrown}`);
    }
  }

  #reported(report: WorkerReport): void {
    switch (report.type) {
      case 'trouble':
        this.#trouble = report.trouble;
        this.#options.troubled();
        break;
      case 'trace':
        this.#options.trace(report.trace);
        break;
      case 'news':
        this.#failuresInARow = 0;
        this.#heard(unpackNews(report.news));
        break;
    }
  }

  #heard(news: readonly NumberedNews[]): void {
    for (const { number, round, standing, suspicion } of news) {
      const watched = this.#watched[number];
      if (watched?.round !== round) continue;
      if (suspicion === null) watched.standing = standing;
      else watched.ticket = suspicion.ticket;
    }
    this.#options.news(news);
  }

  #lost(reason: string): void {
    const { clock, log, tuning } = this.#options;
    const board = this.#thread?.board;
    if (board !== undefined) this.#through = this.through;
    const culprit = this.#all().find(({ number }) => board?.isWorkingFor(number));
    this.#thread = null;
    this.#watch = null;
    if (this.#stopped) return;
    const pauseMs = Math.min(tuning.restartMaxMs, tuning.restartMinMs * 2 ** this.#failuresInARow++);
    log.log('error', 'probe-worker-lost', { worker: this.#options.name, error: reason, restartMs: pauseMs });
    if (culprit !== undefined) {
      const aloneMs = this.#quarantine.blame(culprit.number);
      log.log('error', 'probe-left-alone', { backend: culprit.key, error: reason, pauseMs: aloneMs });
    }
    this.#pause = clock.schedule(pauseMs, () => {
      this.#restarts++;
      this.#start();
    });
    for (const watched of this.#all()) {
      this.#doubt(watched.row, 'ENGINE', 'the worker that probed was lost');
      watched.ticket = 0;
      this.#unknown.add(watched);
    }
  }
}
