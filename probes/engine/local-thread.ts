import type { ProbeFinding, ProbeResult } from '../../domain/probe-result.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { ProbeTarget } from '../target.js';
import { Board } from './board.js';
import { Judge } from './judge.js';
import { LagMeter } from './lag-meter.js';
import { NamespaceGuard } from './namespace-guard.js';
import { ProbingThread, type TargetDriver } from './thread.js';
import { OwnersView, type ThreadEvents, type ThreadLife, type ThreadOrder } from './thread-life.js';
import { TimerTurns } from './timer-turns.js';

/** One probe that is under way. */
export interface LocalProbe {
  /** Its time is over: it ends now, if it is one that leaves that to the schedule. */
  readonly expire: () => void;
  /** Nobody wants to know how it ends. */
  readonly abandon: Cancel;
}

export interface LocalThreadOptions {
  /** Of this thread, which may stall by itself. */
  readonly clock: Clock;
  /** Probes a target once. `ended` is called at most once, at once or later, unless it is abandoned. */
  readonly probe: (target: ProbeTarget, ended: (result: ProbeResult) => void) => LocalProbe;
  /** Why nothing can go out to a target, or could not since then; null = nothing is known against it. */
  readonly ownWay?: (target: ProbeTarget, begunAt: number) => ProbeFinding | null;
  /** How what is told comes to the thread, and back from it; default: at once. Each keeps the order. */
  readonly toThread?: (run: () => void) => void;
  readonly toOwner?: (run: () => void) => void;
  /** How often it measures how late it is, in milliseconds; default 50. */
  readonly beatMs?: number;
}

const atOnce = (run: () => void): void => run();

/**
 * A thread of the engine that is none: it runs in the thread that asks for it, over any way of probing and any clock. What it
 * runs is what a worker runs, but for the descriptors.
 */
export class LocalThread implements ThreadLife {
  readonly board = new Board();
  readonly #options: LocalThreadOptions;
  readonly #view: OwnersView;
  readonly #thread: ProbingThread;
  readonly #turns: TimerTurns;
  readonly #lag: LagMeter;
  readonly #probes = new Map<number, LocalProbe>();
  readonly #targets = new Map<number, ProbeTarget>();
  readonly tell: ThreadLife['tell'];
  /** Whatever its owner believes. */
  #dead = false;

  constructor(options: LocalThreadOptions, order: ThreadOrder, events: ThreadEvents) {
    this.#options = options;
    const { toThread = atOnce } = options;
    this.#view = new OwnersView(events, (steps) =>
      toThread(() => {
        for (const step of steps) if (!this.#dead) this.#thread.take(step);
      }),
    );
    this.tell = this.#view.tell;
    const { clock, ownWay = () => null, beatMs } = options;
    const guard = new NamespaceGuard({ name: '', clock, leaving: () => {}, changed: () => {} });
    this.#lag = new LagMeter(clock, () => this.#beat(), beatMs);
    this.#thread = new ProbingThread({
      clock,
      makeDriver: (ended) => this.#driver(ended),
      judge: new Judge({ guard, ownWay: { trouble: ownWay }, lag: this.#lag }),
      guard,
      maxUnderWay: order.maxUnderWay,
      recent: order.recent,
      firstTicket: order.firstTicket,
      report: (report) => this.#toOwner(() => this.#view.report(report)),
      workFor: (number) => (this.#dead ? 0 : this.board.workFor(number)),
      stirred: () => this.#turns.stir(),
    });
    this.#turns = new TimerTurns(clock, this.#thread);
    this.#beat();
  }

  kill(reason: string): void {
    this.#view.lose(reason);
    this.#end();
  }

  async stop(): Promise<void> {
    this.#view.stop(null);
    this.#end();
  }

  /** It ends by itself, in the middle of what it does. Its owner is told like any other news. */
  die(reason: string): void {
    if (this.#dead) return;
    this.#end();
    this.#toOwner(() => this.#view.lose(reason));
  }

  #end(): void {
    this.#dead = true;
    this.#turns.stop();
    this.#lag.stop();
    for (const { abandon } of this.#probes.values()) abandon();
    this.#probes.clear();
  }

  #toOwner(run: () => void): void {
    const { toOwner = atOnce } = this.#options;
    toOwner(run);
  }

  #beat(): void {
    const { underWay, waiting, through } = this.#thread.schedule;
    this.board.beat(this.#lag.recent(), underWay, waiting);
    this.board.cameThrough(through);
  }

  #driver(ended: (row: number, result: ProbeResult) => void): TargetDriver {
    return {
      know: (row, target) => {
        this.#targets.set(row, target);
      },
      forget: (row) => {
        this.#targets.delete(row);
      },
      start: (row) => {
        const target = this.#targets.get(row);
        if (target === undefined || this.#dead) return;
        const probe = this.#options.probe(target, (result) => {
          this.#probes.delete(row);
          if (!this.#dead) ended(row, result);
        });
        // It may have ended already, or this thread may have.
        if (this.#thread.schedule.isRunning(row) && !this.#dead) this.#probes.set(row, probe);
      },
      expire: (row) => this.#probes.get(row)?.expire(),
      abandon: (row) => {
        this.#probes.get(row)?.abandon();
        this.#probes.delete(row);
      },
    };
  }
}
