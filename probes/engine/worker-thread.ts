import { Worker } from 'node:worker_threads';
import { closeDescriptor } from '../../linux/descriptor.js';
import { holdLibc } from '../../linux/hold.js';
import { Board } from './board.js';
import type { EngineTuning } from './contract.js';
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
  /** Of the last step, if it starts probes. */
  #starts: number[] | null = null;
  #state: 'live' | 'lost' | 'stopping' = 'live';

  constructor(
    name: string,
    { netns, trust }: Pick<WorkerOrder, 'netns' | 'trust'>,
    tuning: EngineTuning,
    events: WorkerThreadEvents,
  ) {
    const { maxUnderWay, maxWaiting, entry } = tuning;
    const workerData: WorkerOrder = { netns, trust, maxUnderWay, maxWaiting, board: this.board.memory };
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
  tell(step: Exclude<Step, { readonly type: 'start' }>): void {
    this.#starts = null;
    this.#add(step);
  }

  /** Starts a probe, after all steps that were told before. */
  start(id: number, number: number): void {
    if (this.#starts === null) {
      this.#starts = [];
      this.#add({ type: 'start', probes: this.#starts });
    }
    this.#starts.push(id, number);
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

  #add(step: Step): void {
    if (this.#state !== 'live') return;
    if (this.#steps.length === 0) setImmediate(() => this.#flush());
    this.#steps.push(step);
  }

  #flush(): void {
    const steps = this.#steps;
    this.#steps = [];
    this.#starts = null;
    if (this.#state === 'live' && steps.length > 0) this.#worker.postMessage(steps);
  }

  #lose(reason: string): void {
    if (this.#state !== 'live') return;
    this.#state = 'lost';
    this.#events.lost(reason);
  }
}
