import { type Applied, awaitsSync, failedStep, type Pending, withTally } from '../../domain/applied.js';
import type { MaglevError } from '../../domain/errors.js';
import type { FailedStep } from '../../domain/syncs.js';
import type { Tally } from '../../domain/tally.js';
import type { Reply } from '../../protocol/address.js';

interface Asker {
  readonly reply: Reply<Applied>;
  applied: Applied;
}

/** Who waits for what VPP has of a decision about one VIP. Each is answered once. */
export class Askers {
  readonly #waiting: Asker[] = [];

  get waiting(): boolean {
    return this.#waiting.length > 0;
  }

  add(frontend: string, reply: Reply<Applied>): void {
    const applied = { frontend, acknowledged: 0, weights: 0, flushed: [], pending: null };
    this.#waiting.push({ reply, applied });
  }

  /** VPP has answered these. */
  count(tally: Tally): void {
    for (const asker of this.#waiting) asker.applied = withTally(asker.applied, tally);
  }

  /** VPP has all of it; or not, and will not soon. */
  answer(pending: Pending | null): void {
    for (const { reply, applied } of this.#waiting.splice(0)) reply.ok({ ...applied, pending });
  }

  /** Something failed; none: it must wait for VPP to be read. */
  failed([first]: readonly FailedStep[]): void {
    if (first?.error.code === 'MGL_VPP_DISCONNECTED') this.cut(first.error);
    else this.answer(first === undefined ? awaitsSync('VPP has to be read first') : failedStep(first));
  }

  /** VPP cannot be reached any more. */
  cut(error: MaglevError): void {
    for (const { reply } of this.#waiting.splice(0)) reply.fail(error);
  }
}
