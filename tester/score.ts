import { Answerers } from './answerers.js';
import { LatencyHistogram } from './latency-histogram.js';
import { LatencyWindow } from './latency-window.js';
import type { FailureKind, Outcome } from './outcome.js';

/** Rolling figures are of so many answers. */
export const WINDOW = 1000;
/** An answer is a spike when it took three times as long as 95 of 100 others, and noticeably longer than usual. */
const SPIKE_FACTOR = 3;
const SPIKE_MS = 20;
/** Before so many answers nobody knows what is usual. */
const SPIKE_FROM = 50;

/** What was seen of one VIP since the start. */
export class Score {
  readonly window = new LatencyWindow(WINDOW);
  readonly all = new LatencyHistogram();
  readonly answerers = new Answerers();
  readonly failures: Record<FailureKind, number> = {
    timeout: 0,
    'http-err': 0,
    'net-err': 0,
    'local-err': 0,
  };
  spikes = 0;
  #count = 0;
  #last: Outcome | null = null;

  /** Probes that have ended and say something about the VIP. */
  get count(): number {
    return this.#count;
  }

  get failed(): number {
    return this.failures.timeout + this.failures['http-err'] + this.failures['net-err'];
  }

  /** The last outcome. */
  get last(): Outcome | null {
    return this.#last;
  }

  /** 0 to 100; null: nothing is known. */
  get availability(): number | null {
    return availabilityOf(this.#count, this.failed);
  }

  /** Is the answer a spike? `at`: milliseconds of a clock that never goes back. */
  record(outcome: Outcome, at: number): boolean {
    this.#last = outcome;
    if (outcome.answerer !== null) this.answerers.heard(outcome.answerer, at);
    if (!outcome.ok) {
      this.failures[outcome.kind]++;
      if (outcome.kind !== 'local-err') this.#count++;
      return false;
    }
    this.#count++;
    const spike = this.#isSpike(outcome.ms);
    if (spike) this.spikes++;
    this.window.add(outcome.ms);
    this.all.add(outcome.ms);
    return spike;
  }

  #isSpike(ms: number): boolean {
    if (this.window.size < SPIKE_FROM) return false;
    const usual = this.window.percentile(0.5) ?? 0;
    const most = this.window.percentile(0.95) ?? 0;
    return ms > most * SPIKE_FACTOR && ms > usual + SPIKE_MS;
  }
}

/** The share of probes that were served, in percent. */
export function availabilityOf(count: number, failed: number): number | null {
  return count === 0 ? null : ((count - failed) * 100) / count;
}
