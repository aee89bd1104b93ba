import type { MaglevEvent } from './events.js';

/** How often the condition of the engine is looked at: it remembers the last second. */
export const LOOK_MS = 500;

/** A shorter stall is the ordinary life of a busy machine, and no timeout of a probe is likely to be missed by it. */
const WORTH_TELLING = 500;

/** By how much threads are late, in milliseconds; of those that probe, with what they are at. */
interface Lags {
  readonly mainLagMs: number;
  readonly workers: readonly { readonly state: string; readonly lagMs: number }[];
}

/**
 * Tells, when it is over, of every stall that may have kept us from measuring: so that whoever reads of doubts finds
 * next to them whether it was maglevd itself, its prober, or the whole machine that had stopped.
 */
export class Stalls {
  readonly #worst = new Map<string, number>();

  look({ mainLagMs, workers }: Lags): MaglevEvent[] {
    // One that comes up, or is being replaced, does not stall.
    const lags = workers.map(
      ({ state, lagMs }, i) => [`probes-${i}`, state === 'running' ? lagMs : 0] as const,
    );
    return [['main', mainLagMs] as const, ...lags].flatMap(([thread, lagMs]) => this.#follow(thread, lagMs));
  }

  #follow(thread: string, lagMs: number): MaglevEvent[] {
    const worst = this.#worst.get(thread) ?? 0;
    if (lagMs >= WORTH_TELLING) this.#worst.set(thread, Math.max(worst, lagMs));
    else if (worst > 0) {
      this.#worst.delete(thread);
      return [{ name: 'probe-stall', level: 'warn', fields: { thread, stallMs: Math.round(worst) } }];
    }
    return [];
  }
}
