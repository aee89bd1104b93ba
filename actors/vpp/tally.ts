import type { MaglevError } from '../../domain/errors.js';
import { type LbOperation, protocolName, type VipKey } from '../../domain/lb.js';
import type { Logger } from '../../protocol/log.js';
import type { OperationOutcome, SyncCounts } from '../../protocol/vpp.js';

export interface FailedOperation {
  readonly operation: LbOperation;
  readonly error: MaglevError;
}

/** What some executed operations changed, and which of them failed. */
export interface Tally {
  readonly counts: SyncCounts;
  readonly failures: readonly FailedOperation[];
}

export const nothing: Tally = {
  counts: { vipAdded: 0, vipRemoved: 0, asAdded: 0, asRemoved: 0, asWeightUpdated: 0 },
  failures: [],
};

const countOf = {
  'vip-add': 'vipAdded',
  'vip-del': 'vipRemoved',
  'as-add': 'asAdded',
  'as-del': 'asRemoved',
  'as-weight': 'asWeightUpdated',
} as const satisfies Record<LbOperation['op'], keyof SyncCounts>;

/** Counts what was executed and logs every change: made ones at debug, failed ones as a warning. */
export function tally(
  operations: readonly LbOperation[],
  outcomes: readonly OperationOutcome[],
  log: Logger,
): Tally {
  const counts = { ...nothing.counts };
  const failures: FailedOperation[] = [];
  for (const [i, operation] of operations.entries()) {
    const outcome = outcomes[i];
    if (outcome === undefined)
      throw new Error(`${operations.length} operations, ${outcomes.length} outcomes`);
    if (outcome.ok) {
      counts[countOf[operation.op]]++;
      if (log.enabled('debug')) log.log('debug', `vpp-lbsync-${operation.op}`, operationFields(operation));
    } else {
      const { error, retval } = outcome;
      failures.push({ operation, error });
      const fields = { ...operationFields(operation), code: error.code, error: error.message, retval };
      log.log('warn', `vpp-lbsync-${operation.op}`, fields);
    }
  }
  return { counts, failures };
}

export function addTallies(tallies: readonly Tally[]): Tally {
  const counts = { ...nothing.counts };
  const failures: FailedOperation[] = [];
  for (const one of tallies) {
    for (const key of Object.keys(counts) as (keyof SyncCounts)[]) counts[key] += one.counts[key];
    failures.push(...one.failures);
  }
  return { counts, failures };
}

/** How a VIP is named in log records. */
export function vipFields(key: VipKey) {
  return { prefix: key.prefix, protocol: protocolName(key.protocol), port: key.port };
}

function operationFields({ op, key, ...rest }: LbOperation) {
  return { ...vipFields(key), ...rest };
}
