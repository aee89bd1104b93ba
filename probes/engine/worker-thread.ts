import { Worker } from 'node:worker_threads';
import { closeDescriptor } from '../../linux/descriptor.js';
import { holdLibc } from '../../linux/libc.js';
import { Board } from './board.js';
import type { Step, WorkerOrder, WorkerReport } from './messages.js';

export interface WorkerThreadEvents {
  readonly report: (report: WorkerReport) => void;
  /** It ended, or is taken for dead; called once, not after stop(). */
  readonly lost: (reason: string) => void;
}

/** One life of one worker. */
export class WorkerThread {
  readonly board = new Board();
  readonly #worker: Worker;
  readonly #events: WorkerThreadEvents;
  readonly #ended: Promise<void>;
  #steps: Step[] = [];
  #state: 'live' | 'lost' | 'stopping' = 'live';

  constructor(name: string, order: Omit<WorkerOrder, 'board'>, entry: URL, events: WorkerThreadEvents) {
    const workerData: WorkerOrder = { ...order, board: this.board.memory };
    this.#events = events;
    holdLibc();
    this.#worker = new Worker(entry, { name, workerData });
    this.#worker.on('message', (report: WorkerReport) => {
      if (this.#state === 'live') events.report(report);
    });
    this.#worker.on('error', (error) => this.#lose(`it failed: ${error.stack ?? error.message}`));
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#lose(`it ended with code ${code}`);
        for (const fd of this.board.descriptors) closeDescriptor(fd);
        resolve();
      });
    });
  }

  /** Steps of one turn of the event loop travel together. */
  tell(step: Step): void {
    if (this.#state !== 'live') return;
    if (this.#steps.length === 0) setImmediate(() => this.#flush());
    this.#steps.push(step);
  }

  /** Takes it for dead, and ends it if that is possible. */
  kill(reason: string): void {
    this.#lose(reason);
    void this.#worker.terminate();
  }

  /** Resolves when it has ended by itself. */
  stop(): Promise<void> {
    if (this.#state === 'live') {
      this.tell({ type: 'stop' });
      this.#flush();
      this.#state = 'stopping';
    }
    return this.#ended;
  }

  #flush(): void {
    const steps = this.#steps;
    this.#steps = [];
    if (this.#state !== 'live' || steps.length === 0) return;
    this.#worker.postMessage(steps);
    this.board.post();
  }

  #lose(reason: string): void {
    if (this.#state !== 'live') return;
    this.#state = 'lost';
    this.#events.lost(reason);
  }
}
