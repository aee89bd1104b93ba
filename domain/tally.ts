import type { MaglevError } from './errors.js';
import { type LbOperation, protocolName, type VipKey } from './lb.js';
import type { Refusal } from './plan.js';
import type { ExecutedOperation, FailedStep, OperationOutcome, SyncCounts } from './syncs.js';

/** What some operations changed, and which of them failed. */
export interface Tally {
  readonly counts: SyncCounts;
  readonly failures: readonly FailedStep[];
  readonly operations: readonly ExecutedOperation[];
}

export const nothing: Tally = {
  counts: { vipAdded: 0, vipRemoved: 0, asAdded: 0, asRemoved: 0, asWeightUpdated: 0 },
  failures: [],
  operations: [],
};

const countOf = {
  'vip-add': 'vipAdded',
  'vip-del': 'vipRemoved',
  'as-add': 'asAdded',
  'as-del': 'asRemoved',
  'as-weight': 'asWeightUpdated',
} as const satisfies Record<LbOperation['op'], keyof SyncCounts>;

const counters = Object.values(countOf);

/** Counts what was executed. `at`: now, milliseconds since the epoch. */
export function tally(
  operations: readonly LbOperation[],
  outcomes: readonly OperationOutcome[],
  at: number,
): Tally {
  const counts = { ...nothing.counts };
  const failures: FailedStep[] = [];
  const executed = operations.map((operation, i): ExecutedOperation => {
    const outcome = outcomes[i];
    if (outcome === undefined)
      throw new Error(`${operations.length} operations, ${outcomes.length} outcomes`);
    if (outcome.ok) {
      counts[countOf[operation.op]]++;
      return { operation, outcome: 'done', error: null, retval: 0, at };
    }
    const { error, retval } = outcome;
    failures.push({ operation, error });
    return { operation, outcome: 'failed', error, retval, at };
  });
  return { counts, failures, operations: executed };
}

export function addTallies(tallies: readonly Tally[]): Tally {
  const some = tallies.filter(({ operations }) => operations.length > 0);
  const [first] = some;
  if (first === undefined) return nothing;
  if (some.length === 1) return first;
  const counts = { ...nothing.counts };
  const failures: FailedStep[] = [];
  const operations: ExecutedOperation[] = [];
  for (const one of some) {
    for (const key of counters) counts[key] += one.counts[key];
    // Not by flatMap: it is slow, and a cold sync has ten thousand.
    for (const failed of one.failures) failures.push(failed);
    for (const operation of one.operations) operations.push(operation);
  }
  return { counts, failures, operations };
}

/** A tally of one thing that could not be done about a VIP. */
export function failure(
  { key, reason }: Pick<Refusal, 'key' | 'reason'>,
  error: MaglevError,
  at: number,
): Tally {
  const operation = { op: 'vip-sync', key, reason } as const;
  return {
    counts: nothing.counts,
    failures: [{ operation, error }],
    operations: [{ operation, outcome: 'failed', error, retval: null, at }],
  };
}

/** Of operations that were planned behind something that failed. */
export function notSent(operations: readonly LbOperation[], at: number): Tally {
  return {
    ...nothing,
    operations: operations.map((operation) => ({
      operation,
      outcome: 'not-sent',
      error: null,
      retval: null,
      at,
    })),
  };
}

export function changedAnything({ counts }: Pick<Tally, 'counts'>): boolean {
  return counters.some((counter) => counts[counter] > 0);
}

/** Has VPP been sent everything, and answered? */
export function livedThrough({ operations }: Tally): boolean {
  return operations.every(
    ({ outcome, error }) => outcome !== 'not-sent' && error?.code !== 'MGL_VPP_TIMEOUT',
  );
}

/** Have VIPs or servers come or gone? */
export function cameOrWent({ counts }: Tally): boolean {
  return counts.vipAdded + counts.vipRemoved + counts.asAdded + counts.asRemoved > 0;
}

/** How a VIP is named in log records. */
function vipFields(key: VipKey) {
  return { prefix: key.prefix, protocol: protocolName(key.protocol), port: key.port };
}

export function operationFields({ op, key, ...rest }: FailedStep['operation']) {
  return { ...vipFields(key), ...rest };
}
