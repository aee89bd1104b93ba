import { type Applied, awaitsSync, failedStep, type Pending, withTally } from './applied.js';
import { MaglevError } from './errors.js';
import type { FailedStep } from './syncs.js';
import type { Tally } from './tally.js';

/** Who waited, and what he is told. */
export interface Answered<Asker> {
  readonly asker: Asker;
  readonly answer: Applied | MaglevError;
}

const nobody: readonly never[] = [];

/** Who waits for what VPP has of a decision about one VIP. Each is given back once, to be answered. */
export class AppliedAskers<Asker> {
  #waiting: { readonly asker: Asker; readonly applied: Applied }[] = [];

  get waiting(): boolean {
    return this.#waiting.length > 0;
  }

  add(frontend: string, asker: Asker): void {
    this.#waiting.push({
      asker,
      applied: { frontend, acknowledged: 0, weights: 0, flushed: [], pending: null },
    });
  }

  /** VPP has answered these. */
  count(tally: Tally): void {
    if (!this.waiting) return;
    this.#waiting = this.#waiting.map(({ asker, applied }) => ({
      asker,
      applied: withTally(applied, tally),
    }));
  }

  /** All of them. null: VPP has all of it; otherwise it does not, and will not soon; or it cannot be reached any more. */
  take(outcome: Pending | MaglevError | null): readonly Answered<Asker>[] {
    if (!this.waiting) return nobody;
    return this.#waiting.splice(0).map(({ asker, applied }) => {
      const answer = outcome instanceof MaglevError ? outcome : { ...applied, pending: outcome };
      return { asker, answer };
    });
  }
}

/** Why it is not in VPP after something failed; none: it must wait for VPP to be read. */
export function pendingAfter([first]: readonly FailedStep[]): Pending {
  return first === undefined ? awaitsSync('VPP has to be read first') : failedStep(first);
}
