import { type Applied, awaitsSync, failedStep, type Pending, withTally } from './applied.js';
import type { FailedStep } from './syncs.js';
import type { Tally } from './tally.js';

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
    this.#waiting = this.#waiting.map(({ asker, applied }) => ({
      asker,
      applied: withTally(applied, tally),
    }));
  }

  /** All of them. null: VPP has all of it; otherwise it does not, and will not soon. */
  take(pending: Pending | null): readonly { readonly asker: Asker; readonly applied: Applied }[] {
    return this.#waiting.splice(0).map(({ asker, applied }) => ({ asker, applied: { ...applied, pending } }));
  }
}

/** Why it is not in VPP after something failed; none: it must wait for VPP to be read. */
export function pendingAfter([first]: readonly FailedStep[]): Pending {
  return first === undefined ? awaitsSync('VPP has to be read first') : failedStep(first);
}
