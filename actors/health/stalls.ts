import type { EngineCondition } from '../../probes/engine/contract.js';
import type { Logger } from '../../protocol/log.js';

/** How often the condition of the engine is looked at: it remembers the last second. */
export const LOOK_MS = 500;

/** A shorter stall is the ordinary life of a busy machine, and no timeout of a probe is likely to be missed by it. */
const WORTH_TELLING = 500;

/**
 * Tells, when it is over, of every stall that may have kept us from measuring: so that whoever reads of doubts finds
 * next to them whether it was maglevd itself, its prober, or the whole machine that had stopped.
 */
export class Stalls {
  readonly #worst = new Map<string, number>();

  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  look({ mainLagMs, workers }: EngineCondition): void {
    this.#follow('main', mainLagMs);
    for (const [i, { state, lagMs }] of workers.entries()) {
      // One that comes up, or is being replaced, does not stall.
      this.#follow(`probes-${i}`, state === 'running' ? lagMs : 0);
    }
  }

  #follow(thread: string, lagMs: number): void {
    const worst = this.#worst.get(thread) ?? 0;
    if (lagMs >= WORTH_TELLING) this.#worst.set(thread, Math.max(worst, lagMs));
    else if (worst > 0) {
      this.#worst.delete(thread);
      this.#log.log('warn', 'probe-stall', { thread, stallMs: Math.round(worst) });
    }
  }
}
