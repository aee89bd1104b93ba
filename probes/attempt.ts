import { type ProbeFinding, type ProbeResult, resultOf } from '../domain/probe-result.js';
import type { Clock } from '../protocol/clock.js';
import type { Surroundings } from './probe.js';

/**
 * One run of a probe: its only deadline, over all its phases; what it must release; and its one end. Whatever ends
 * it first wins, and everything later is ignored.
 */
export class Attempt {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #onItsBehalf: (work: () => void) => void;
  readonly #done: (result: ProbeResult) => void;
  readonly #releases: (() => void)[] = [];
  readonly #timeoutMs: number;
  #timedOut: () => ProbeFinding;
  /** What of an earlier probe it leans on, or leaned on for too long, as the end of a sentence. */
  #leansOn: string | null = null;
  #ended = false;

  /** `timedOut` is what the deadline means in the first phase. */
  constructor(
    { clock, pace, onItsBehalf }: Pick<Surroundings, 'clock' | 'pace' | 'onItsBehalf'>,
    timeoutMs: number,
    timedOut: () => ProbeFinding,
    done: (result: ProbeResult) => void,
  ) {
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
    this.#onItsBehalf = onItsBehalf;
    this.#done = done;
    this.#timeoutMs = timeoutMs;
    this.#timedOut = timedOut;
    // What has arrived in time gets its turn before the verdict; sockets of Node are read in the next one.
    const deadline = () => {
      pace.look();
      setImmediate(() => this.end(this.#late(this.#timedOut())));
    };
    this.release(clock.schedule(timeoutMs, deadline));
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Handles something that has come for it, unless it has ended. */
  handle(work: () => void): void {
    if (!this.#ended) this.#onItsBehalf(work);
  }

  /** The next phase begins, in which the deadline means something else. */
  enter(timedOut: () => ProbeFinding): void {
    this.#timedOut = timedOut;
  }

  /**
   * It begins with what an earlier probe has left, which only proves that a server is well: if its time is over meanwhile,
   * that is a doubt. `what` is the end of a sentence.
   */
  lean(what: string): void {
    this.#leansOn = what;
  }

  /** It begins anew with nothing of an earlier probe; its deadline counts, if nearly all of its time is left. */
  standAlone(): void {
    if (this.#clock.monotonic() - this.#startedAt <= this.#timeoutMs / 10) this.#leansOn = null;
  }

  /** Registers what the end must undo, the last one first; at once if the end has been. */
  release(undo: () => void): void {
    if (this.#ended) undo();
    else this.#releases.push(undo);
  }

  end(finding: ProbeFinding): void {
    if (!this.#close()) return;
    this.#done(resultOf(finding, this.#clock.monotonic() - this.#startedAt));
  }

  /** Ends it without a result. */
  cancel(): void {
    this.#close();
  }

  #late(finding: ProbeFinding): ProbeFinding {
    if (this.#leansOn === null || finding.verdict !== 'fail') return finding;
    const { code, detail } = finding;
    return { verdict: 'doubt', code: 'LATE', detail: `${code} ${detail}, not counted: ${this.#leansOn}` };
  }

  #close(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    for (const undo of this.#releases.reverse()) undo();
    return true;
  }
}
