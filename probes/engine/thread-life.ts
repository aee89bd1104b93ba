import type { Board } from './board.js';
import type { Step, WorkerOrder, WorkerReport } from './messages.js';

export interface ThreadEvents {
  readonly report: (report: WorkerReport) => void;
  /** It ended, or is taken for dead; called once, not after stop(). */
  readonly lost: (reason: string) => void;
}

/** One life of one thread that probes, for whoever has begun it. */
export interface ThreadLife {
  readonly board: Board;
  /** Steps of one turn of the event loop travel together. */
  readonly tell: (step: Step) => void;
  /** Takes it for dead, and ends it if that is possible. */
  readonly kill: (reason: string) => void;
  /** Resolves when it has ended by itself. */
  readonly stop: () => Promise<void>;
}

/** What a thread is begun with; its board is its own. */
export type ThreadOrder = Omit<WorkerOrder, 'board'>;

/** Begins a thread of that name. May throw, when there is no room for one. */
export type StartThread = (name: string, order: ThreadOrder, events: ThreadEvents) => ThreadLife;

/**
 * One life of a thread as its owner sees it: what is told goes out in one piece a turn of the event loop, as long as it
 * lives; what it reports counts so long; its loss is told once.
 */
export class OwnersView {
  readonly #events: ThreadEvents;
  readonly #send: (steps: readonly Step[]) => void;
  #steps: Step[] = [];
  #isLive = true;

  constructor(events: ThreadEvents, send: (steps: readonly Step[]) => void) {
    this.#events = events;
    this.#send = send;
  }

  readonly tell = (step: Step): void => {
    if (!this.#isLive) return;
    if (this.#steps.length === 0) setImmediate(() => this.#flush());
    this.#steps.push(step);
  };

  report(report: WorkerReport): void {
    if (this.#isLive) this.#events.report(report);
  }

  lose(reason: string): void {
    if (!this.#isLive) return;
    this.#isLive = false;
    this.#events.lost(reason);
  }

  /** Nothing counts any more. With a last step, it goes out at once, behind what was told. */
  stop(last: Step | null): void {
    if (last !== null) {
      this.tell(last);
      this.#flush();
    }
    this.#isLive = false;
  }

  #flush(): void {
    const steps = this.#steps;
    this.#steps = [];
    if (this.#isLive && steps.length > 0) this.#send(steps);
  }
}
