import type { ConformanceCase } from '../../case.js';
import { vipWithWeights } from '../buckets.js';
import { burst, fresh } from './setup.js';
import { type TableSet, tableSets } from './table-sets.js';

/** Which bucket of the table belongs to whom. */
export const tableCases: readonly ConformanceCase[] = tableSets.map((set, i) => ({
  name: `tables: ${set.weights.map(([weight, times]) => `${times} x ${weight}`).join(', ')} on ${set.length}${set.ip6 ? ', IPv6' : ''}`,
  steps: stepsOf(set, `100.72.${i}.1`),
}));

function stepsOf(set: TableSet, address: string): ConformanceCase['steps'] {
  const flows = set.go.split(' ').length;
  return [
    fresh,
    ...vipWithWeights(`${address}/32 tcp 443`, set),
    { op: 'packets', burst: burst(address, [40_000, 40_000 + flows - 1]), go: set.go },
  ];
}
