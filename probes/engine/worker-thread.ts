import { Worker } from 'node:worker_threads';
import { closeDescriptor } from '../../linux/descriptor.js';
import { holdLibc } from '../../linux/libc.js';
import { Board } from './board.js';
import type { WorkerOrder, WorkerReport } from './messages.js';
import { OwnersView, type ThreadEvents, type ThreadLife, type ThreadOrder } from './thread-life.js';

/** One life of one worker. */
export class WorkerThread implements ThreadLife {
  readonly board = new Board();
  readonly #worker: Worker;
  readonly #view: OwnersView;
  readonly #ended: Promise<void>;
  readonly tell: ThreadLife['tell'];

  constructor(name: string, order: ThreadOrder, entry: URL, events: ThreadEvents) {
    const workerData: WorkerOrder = { ...order, board: this.board.memory };
    const view = new OwnersView(events, (steps) => {
      this.#worker.postMessage(steps);
      this.board.post();
    });
    this.#view = view;
    this.tell = view.tell;
    holdLibc();
    this.#worker = new Worker(entry, { name, workerData });
    this.#worker.on('message', (report: WorkerReport) => view.report(report));
    this.#worker.on('error', (error) => view.lose(`it failed: ${error.stack ?? error.message}`));
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        view.lose(`it ended with code ${code}`);
        for (const fd of this.board.descriptors) closeDescriptor(fd);
        resolve();
      });
    });
  }

  kill(reason: string): void {
    this.#view.lose(reason);
    void this.#worker.terminate();
  }

  stop(): Promise<void> {
    this.#view.stop({ type: 'stop' });
    return this.#ended;
  }
}
