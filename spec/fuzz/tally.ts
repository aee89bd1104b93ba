import { MaglevError } from '../../domain/errors.js';
import { SimulatedCrash } from '../../sim/lb/crash.js';

/** Something that must never happen; the seed and the number of the frame bring it back. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';
}

/** How mutated frames ended. */
export class Tally {
  readonly #ends = new Map<string, number>();
  frames = 0;

  count(end: string, times = 1): void {
    this.#ends.set(end, (this.#ends.get(end) ?? 0) + times);
  }

  /** Counts what was thrown, if it is an error with a name. Throws FuzzFailure otherwise. */
  countThrown(thrown: unknown, where: string): void {
    if (thrown instanceof SimulatedCrash) this.count(`death: ${thrown.rule}`);
    else if (thrown instanceof MaglevError && thrown.code !== 'MGL_INTERNAL') this.count(thrown.code);
    else throw new FuzzFailure(`${where}: ${String(thrown)}`, { cause: thrown });
  }

  /** `<n> <end>` by number, the most frequent first. */
  lines(): string[] {
    return [...this.#ends]
      .sort(([, a], [, b]) => b - a)
      .map(([end, count]) => `${String(count).padStart(9)} ${end}`);
  }

  of(end: string): number {
    return this.#ends.get(end) ?? 0;
  }
}
