import type { MaglevError } from '../../domain/errors.js';
import { type LbOperation, protocolName, type VipKey, vipId } from '../../domain/lb.js';
import type { Logger } from '../../protocol/log.js';
import type { FailedStep, OperationOutcome, SyncCounts } from '../../protocol/vpp.js';

/** What some executed operations changed, and which of them failed. */
export interface Tally {
  readonly counts: SyncCounts;
  readonly failures: readonly FailedStep[];
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

/** Counts what was executed, and logs every change that was made. Failures are logged by who knows which are news. */
export function tally(
  operations: readonly LbOperation[],
  outcomes: readonly OperationOutcome[],
  log: Logger,
): Tally {
  const counts = { ...nothing.counts };
  const failures: FailedStep[] = [];
  for (const [i, operation] of operations.entries()) {
    const outcome = outcomes[i];
    if (outcome === undefined)
      throw new Error(`${operations.length} operations, ${outcomes.length} outcomes`);
    if (outcome.ok) {
      counts[countOf[operation.op]]++;
      if (log.enabled('debug')) log.log('debug', `vpp-lbsync-${operation.op}`, operationFields(operation));
    } else {
      failures.push({ operation, error: outcome.error });
    }
  }
  return { counts, failures };
}

export function addTallies(tallies: readonly Tally[]): Tally {
  const counts = { ...nothing.counts };
  const failures: FailedStep[] = [];
  for (const one of tallies) {
    for (const key of Object.keys(counts) as (keyof SyncCounts)[]) counts[key] += one.counts[key];
    failures.push(...one.failures);
  }
  return { counts, failures };
}

/** A tally of one thing that could not be done about a VIP. */
export function failure(key: VipKey, reason: string, error: MaglevError): Tally {
  return { counts: nothing.counts, failures: [{ operation: { op: 'vip-sync', key, reason }, error }] };
}

/** Logs failures: as warnings those that are news, at debug those that the last sync had too. Gives all of them. */
export function logFailures(
  failures: readonly FailedStep[],
  known: ReadonlySet<string>,
  log: Logger,
): ReadonlySet<string> {
  const all = new Set<string>();
  for (const { operation, error } of failures) {
    const address = 'address' in operation ? operation.address : '';
    const text = `${operation.op} ${vipId(operation.key)} ${address} ${error.code} ${error.message}`;
    all.add(text);
    const fields = { ...operationFields(operation), code: error.code, error: error.message };
    log.log(known.has(text) ? 'debug' : 'warn', `vpp-lbsync-${operation.op}`, fields);
  }
  return all;
}

/** How a VIP is named in log records. */
export function vipFields(key: VipKey) {
  return { prefix: key.prefix, protocol: protocolName(key.protocol), port: key.port };
}

function operationFields({ op, key, ...rest }: FailedStep['operation']) {
  return { ...vipFields(key), ...rest };
}
