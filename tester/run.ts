import { formatDuration } from '../domain/duration.js';
import type { Cancel, Clock } from '../protocol/clock.js';
import { DueTimes } from './due-times.js';
import type { Outcome } from './outcome.js';
import { type Flight, HELD_UP_MS, type Probe } from './probing/prober.js';
import { type ProblemKind, Problems } from './problems.js';
import { RateLimit } from './rate-limit.js';
import { Score } from './score.js';
import type { Vip } from './vip.js';

/** It wakes on a grid of so many milliseconds, and begins what is due together. */
const GRID_MS = 10;

export interface RunOptions {
  readonly clock: Clock;
  readonly vips: readonly Vip[];
  /** One for each VIP. */
  readonly probes: readonly Probe[];
  /** Some were begun: what has come of them already is to be looked at. */
  readonly look: () => void;
  /**
   * Waits so many milliseconds for what comes of them, and handles it, or gives by how much longer it took, if that is more than
   * HELD_UP_MS. null: it comes by itself, from the event loop, which costs more. Only where nobody but the keyboard needs this
   * thread.
   */
  readonly wait: ((ms: number) => number) | null;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Connections a second, in all. */
  readonly rate: number;
  /** No probe begins at a VIP before the last one has ended. */
  readonly oneByOne: boolean;
  /** Something has gone wrong. */
  readonly onProblem?: (problem: FreshProblem) => void;
}

/** A problem when it is seen. */
export interface FreshProblem {
  readonly at: number;
  readonly vip: string;
  readonly kind: ProblemKind;
  readonly detail: string;
}

interface UnderWay {
  readonly number: number;
  readonly begunAt: number;
  readonly flight: Flight;
}

/** Asks all VIPs again and again, and keeps what came of it. */
export class Run {
  readonly scores: readonly Score[];
  readonly problems = new Problems();
  readonly #options: RunOptions;
  readonly #due: DueTimes;
  readonly #limit: RateLimit;
  /** In the order of their beginning; those at the front have the earliest deadlines. */
  readonly #underWay = new Set<UnderWay>();
  readonly #busy: Int32Array;
  readonly #startedAt: number;
  #pausedAt: number | null = null;
  #pausedMs = 0;
  #stopped = false;
  /** Called when nothing is under way any more; null: it goes on. */
  #finished: (() => void) | null = null;
  #timer: Cancel = () => {};
  #plannedAt: number;

  constructor(options: RunOptions) {
    const { clock, vips, intervalMs, rate } = options;
    this.#options = options;
    this.scores = vips.map(() => new Score());
    this.#startedAt = clock.monotonic();
    this.#due = new DueTimes(vips.length, intervalMs, this.#startedAt, clock.random);
    this.#limit = new RateLimit(rate);
    this.#busy = new Int32Array(vips.length);
    this.#plannedAt = this.#startedAt;
    this.#wake(0);
  }

  /** Milliseconds for which it has asked, without pauses. */
  get elapsedMs(): number {
    const now = this.#pausedAt ?? this.#options.clock.monotonic();
    return now - this.#startedAt - this.#pausedMs;
  }

  get paused(): boolean {
    return this.#pausedAt !== null;
  }

  /** No probe begins any more; those under way still count. */
  pause(): void {
    this.#pausedAt ??= this.#options.clock.monotonic();
  }

  resume(): void {
    if (this.#pausedAt === null || this.#finished !== null) return;
    const ms = this.#options.clock.monotonic() - this.#pausedAt;
    this.#pausedMs += ms;
    this.#due.postpone(ms);
    this.#pausedAt = null;
    this.#wake(0);
  }

  /** Begins nothing any more; `done` is called when all that is under way has ended, or its time is over. */
  finish(done: () => void): void {
    this.pause();
    this.#finished = done;
    this.#wake(0);
  }

  /** What is under way is given up, and counts as nothing. */
  forgetUnderWay(): number {
    const count = this.#underWay.size;
    for (const { flight } of this.#underWay) flight.abandon();
    this.#underWay.clear();
    this.#busy.fill(0);
    return count;
  }

  stop(): void {
    this.#stopped = true;
    this.#timer();
    this.forgetUnderWay();
  }

  readonly #turn = (): void => {
    if (this.#stopped) return;
    const { clock, look } = this.#options;
    const now = clock.monotonic();
    if (now - this.#plannedAt > HELD_UP_MS) this.#heldUp(now - this.#plannedAt);
    this.#expire(now);
    const begun = this.paused ? 0 : this.#begin(now);
    if (begun > 0) look();
    this.#waitForAnswers();
    if (this.#finished !== null && this.#underWay.size === 0) this.#finished();
    else this.#schedule(clock.monotonic());
  };

  /**
   * As long as something is under way, or begins soon, it waits in the kernel, and lets the event loop turn once in every step of
   * the grid: to be woken by a timer of the event loop costs as much as a probe.
   */
  #waitForAnswers(): void {
    const { clock, wait } = this.#options;
    if (wait === null) return;
    const until = (Math.floor(clock.monotonic() / GRID_MS) + 1) * GRID_MS;
    while (this.#isBusy(until)) {
      const left = Math.ceil(until - clock.monotonic());
      if (left <= 0) return;
      const overslept = wait(left);
      if (overslept > HELD_UP_MS) this.#heldUp(overslept);
    }
  }

  /** Is something under way, or due by the step of the grid behind this one? */
  #isBusy(step: number): boolean {
    return this.#underWay.size > 0 || this.#nextBeginning() <= step + GRID_MS;
  }

  #begin(now: number): number {
    const { oneByOne } = this.#options;
    let begun = 0;
    for (const number of this.#due.due(now)) {
      if (oneByOne && (this.#busy[number] ?? 0) > 0) {
        this.#due.done(number, now);
        continue;
      }
      if (!this.#limit.take(now)) break;
      this.#due.done(number, now);
      this.#start(number);
      begun++;
    }
    return begun;
  }

  #start(number: number): void {
    const { clock, probes } = this.#options;
    const begunAt = clock.monotonic();
    const flight = probes[number]?.((outcome) => {
      this.#over(one);
      this.#record(number, outcome);
      // With a kernel to wait in, the turn that waits sees it.
      if (this.#finished !== null && this.#underWay.size === 0 && this.#options.wait === null) this.#wake(0);
    });
    if (flight === undefined) return;
    const one: UnderWay = { number, begunAt, flight };
    this.#underWay.add(one);
    this.#busy[number] = (this.#busy[number] ?? 0) + 1;
  }

  #over(one: UnderWay): void {
    if (this.#underWay.delete(one)) this.#busy[one.number] = (this.#busy[one.number] ?? 0) - 1;
  }

  #expire(now: number): void {
    const { timeoutMs } = this.#options;
    for (const one of this.#underWay) {
      if (one.begunAt + timeoutMs > now) return;
      this.#over(one);
      const detail = `${one.flight.abandon()} within ${formatDuration(timeoutMs)}`;
      const ms = now - one.begunAt;
      this.#record(one.number, { ok: false, ms, answerer: null, kind: 'timeout', detail });
    }
  }

  #record(number: number, outcome: Outcome): void {
    const { clock, vips, onProblem } = this.#options;
    const score = this.scores[number];
    if (score === undefined || this.#stopped) return;
    const spike = score.record(outcome, clock.monotonic());
    if (outcome.ok && !spike) return;
    const problem = {
      at: clock.now(),
      vip: vips[number]?.name ?? '',
      kind: outcome.ok ? 'spike' : outcome.kind,
      detail: outcome.ok ? `${outcome.ms.toFixed(1)} ms` : outcome.detail,
    } as const;
    this.problems.add(problem);
    onProblem?.(problem);
  }

  /** This program was stopped, or had no CPU: what it saw says nothing about the VIPs. */
  #heldUp(ms: number): void {
    const { clock, onProblem } = this.#options;
    const count = this.forgetUnderWay();
    if (count === 0) return;
    const detail = `held up for ${Math.round(ms)} ms: ${count} probe${count === 1 ? '' : 's'} forgotten`;
    const problem = { at: clock.now(), vip: 'maglevt', kind: 'local-err', detail } as const;
    this.problems.add(problem);
    onProblem?.(problem);
  }

  /** The next moment of the grid at which something may have to be done. */
  #schedule(now: number): void {
    const [oldest] = this.#underWay;
    const deadline =
      oldest === undefined ? Number.POSITIVE_INFINITY : oldest.begunAt + this.#options.timeoutMs;
    const next = Math.min(deadline, this.#nextBeginning());
    if (next === Number.POSITIVE_INFINITY) return;
    if (this.#options.wait !== null && this.#isBusy(now)) {
      this.#timer();
      this.#plannedAt = now;
      const turn = setImmediate(this.#turn);
      this.#timer = () => clearImmediate(turn);
    } else this.#wake(Math.max(1, Math.ceil(next / GRID_MS) * GRID_MS - now));
  }

  #nextBeginning(): number {
    return this.paused ? Number.POSITIVE_INFINITY : Math.max(this.#due.next(), this.#limit.freeAt());
  }

  #wake(ms: number): void {
    const { clock } = this.#options;
    this.#timer();
    this.#plannedAt = clock.monotonic() + ms;
    this.#timer = clock.schedule(ms, this.#turn);
  }
}
