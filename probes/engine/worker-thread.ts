import { Worker } from 'node:worker_threads';
import { closeDescriptor } from '../../linux/descriptor.js';
import { holdLibc } from '../../linux/libc.js';
import { Board } from './board.js';
import type { Step, WorkerOrder, WorkerReport } from './messages.js';
import type { ThreadEvents, ThreadLife, ThreadOrder } from './thread-life.js';

/** One life of one worker. */
export class WorkerThread implements ThreadLife {
  readonly board = new Board();
  readonly #worker: Worker;
  readonly #events: ThreadEvents;
  readonly #ended: Promise<void>;
  #steps: Step[] = [];
  #state: 'live' | 'lost' | 'stopping' = 'live';

  constructor(name: string, order: ThreadOrder, entry: URL, events: ThreadEvents) {
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

  tell(step: Step): void {
    if (this.#state !== 'live') return;
    if (this.#steps.length === 0) setImmediate(() => this.#flush());
    this.#steps.push(step);
  }

  kill(reason: string): void {
    this.#lose(reason);
    void this.#worker.terminate();
  }

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
