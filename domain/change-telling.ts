import type { MaglevEvent } from './events.js';
import { type LbOperation, vipId } from './lb.js';
import type { FailedStep } from './syncs.js';
import { operationFields, type Tally } from './tally.js';

/** Changes of VPP within a second that are each told at level info; of more, their number is. */
const TOLD_A_SECOND = 20;

/** Tells every change that was made in VPP, and of masses how many more there were. Moments are monotonic milliseconds. */
export class ChangeTelling {
  #since = Number.NEGATIVE_INFINITY;
  #told = 0;
  #more: Partial<Record<LbOperation['op'], number>> = {};
  #owed = 0;

  /** Were there changes that were not told? Their number is to be told within a second. */
  get owesMore(): boolean {
    return this.#owed > 0;
  }

  /** `verbose`: somebody hears what is told at level debug. */
  tell({ operations }: Tally, now: number, verbose: boolean): MaglevEvent[] {
    const news: MaglevEvent[] = [];
    for (const { operation, outcome } of operations) {
      if (outcome !== 'done' || operation.op === 'vip-sync') continue;
      if (now - this.#since >= 1000) {
        news.push(...this.tellMore());
        this.#since = now;
        this.#told = 0;
      }
      const level = this.#told < TOLD_A_SECOND ? 'info' : 'debug';
      if (level === 'info') this.#told++;
      else this.#owe(operation.op);
      if (level === 'info' || verbose) news.push(changeNews(operation, level));
    }
    return news;
  }

  tellMore(): MaglevEvent[] {
    if (this.#owed === 0) return [];
    const fields = { more: this.#owed, ...this.#more };
    this.#more = {};
    this.#owed = 0;
    return [{ name: 'vpp-lbsync-more', level: 'info', fields }];
  }

  #owe(op: LbOperation['op']): void {
    this.#more[op] = (this.#more[op] ?? 0) + 1;
    this.#owed++;
  }
}

const nothing = { news: [], all: new Set<string>() } as const;

/** As warnings those that are news, at debug those that the last sync had too; and what to call the news of next time. */
export function failureNews(
  failures: readonly FailedStep[],
  known: ReadonlySet<string>,
): { readonly news: readonly MaglevEvent[]; readonly all: ReadonlySet<string> } {
  if (failures.length === 0) return nothing;
  const all = new Set<string>();
  const news = failures.map(({ operation, error }) => {
    const address = 'address' in operation ? operation.address : '';
    const text = `${operation.op} ${vipId(operation.key)} ${address} ${error.code} ${error.message}`;
    all.add(text);
    return changeNews(operation, known.has(text) ? 'debug' : 'warn', {
      code: error.code,
      error: error.message,
    });
  });
  return { news, all };
}

function changeNews(
  operation: FailedStep['operation'],
  level: 'info' | 'debug' | 'warn',
  more: { readonly code?: string; readonly error?: string } = {},
): MaglevEvent {
  // The catalogue has an event for each operation, with its fields; the compiler does not see that in their union.
  const fields = { ...operationFields(operation), ...more };
  return { name: `vpp-lbsync-${operation.op}`, level, fields } as MaglevEvent;
}
