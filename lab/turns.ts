import process from 'node:process';

/** Stands for one immediate. */
class Job {
  cancelled = false;

  constructor(readonly run: () => void) {}

  hasRef(): boolean {
    return true;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** A day that is still busy after so many turns at one moment will not come to rest. */
const PATIENCE = 2_000_000;

/**
 * The event loop's `setImmediate`, taken over as long as a day is simulated: a plain queue, run in its order, that is
 * known to be empty when it is empty. The program under test schedules everything by it, by promises and by its clock,
 * so nothing of the machine decides what comes first.
 */
export class Turns {
  #queue: Job[] = [];
  #next = 0;
  readonly #real = { set: globalThis.setImmediate, clear: globalThis.clearImmediate };

  /** From now on immediates wait for `drain`; gives what ends that. What waits then goes to the event loop. */
  takeOver(): () => void {
    const set = (run: (...args: unknown[]) => void, ...args: unknown[]): Job => {
      const job = new Job(() => run(...args));
      this.#queue.push(job);
      return job;
    };
    const clear = (handle: Job | NodeJS.Immediate | undefined): void => {
      if (handle instanceof Job) handle.cancelled = true;
      else this.#real.clear(handle);
    };
    Reflect.set(globalThis, 'setImmediate', set);
    Reflect.set(globalThis, 'clearImmediate', clear);
    return () => {
      Reflect.set(globalThis, 'setImmediate', this.#real.set);
      Reflect.set(globalThis, 'clearImmediate', this.#real.clear);
      for (const job of this.#queue.splice(0).slice(this.#next)) this.#real.set(job.run);
      this.#next = 0;
    };
  }

  /** Lets everything happen that needs no time: all promises, and all immediates in their order. */
  async drain(): Promise<void> {
    for (let turns = 0; ; turns++) {
      await allPromises();
      const job = this.#queue[this.#next++];
      if (job === undefined) break;
      if (!job.cancelled) job.run();
      if (turns > PATIENCE) throw new Error(`not at rest after ${PATIENCE} turns: something runs for ever`);
    }
    this.#queue = [];
    this.#next = 0;
  }
}

/** Node runs a tick when no microtask is left. */
function allPromises(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
