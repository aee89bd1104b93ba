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
