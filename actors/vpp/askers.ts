import type { Applied, Pending } from '../../domain/applied.js';
import type { MaglevError } from '../../domain/errors.js';
import type { IpAddress } from '../../domain/ip.js';
import type { FailedStep } from '../../domain/syncs.js';
import type { Tally } from '../../domain/tally.js';
import type { Reply } from '../../protocol/address.js';

interface Asker {
  readonly frontend: string;
  readonly reply: Reply<Applied>;
  acknowledged: number;
  weights: number;
  readonly flushed: Set<IpAddress>;
}

/** Who waits for what VPP has of a decision about one VIP. Each is answered once. */
export class Askers {
  #waiting: Asker[] = [];

  get waiting(): boolean {
    return this.#waiting.length > 0;
  }

  add(frontend: string, reply: Reply<Applied>): void {
    this.#waiting.push({ frontend, reply, acknowledged: 0, weights: 0, flushed: new Set() });
  }

  /** VPP has answered these. */
  count({ operations }: Tally): void {
    for (const asker of this.#waiting) {
      for (const { operation, outcome } of operations) {
        if (outcome !== 'done') continue;
        asker.acknowledged++;
        if (operation.op === 'as-weight') asker.weights++;
        if ('flush' in operation && operation.flush) asker.flushed.add(operation.address);
      }
    }
  }

  /** VPP has all of it. */
  done(): void {
    this.#answer(null);
  }

  /** A full sync must come first. */
  mustWait(text: string): void {
    this.#answer({ why: 'full-sync', text, error: null });
  }

  /** Something failed; none: it must wait for VPP to be read. */
  failed([first]: readonly FailedStep[]): void {
    if (first === undefined) {
      this.mustWait('VPP has to be read first');
      return;
    }
    const { error, operation } = first;
    if (error.code === 'MGL_VPP_DISCONNECTED') {
      this.cut(error);
    } else if (operation.op === 'vip-sync') {
      this.mustWait(error.message);
    } else {
      const silent = error.code === 'MGL_VPP_TIMEOUT';
      const text = silent ? 'VPP has not answered' : `VPP refused it: ${error.message}`;
      this.#answer({
        why: silent ? 'silent' : 'refused',
        text: `${text}; it is read and tried again`,
        error,
      });
    }
  }

  /** VPP cannot be reached any more. */
  cut(error: MaglevError): void {
    for (const { reply } of this.#waiting.splice(0)) reply.fail(error);
  }

  #answer(pending: Pending | null): void {
    for (const { frontend, reply, acknowledged, weights, flushed } of this.#waiting.splice(0)) {
      reply.ok({ frontend, acknowledged, weights, flushed: [...flushed], pending });
    }
  }
}
