import { ENCAP, type VipText } from '../../support/lb-requests.js';
import type { ConformanceCase, Step } from '../case.js';
import { bucketSets, type WeightSet } from './bucket-sets.js';

/** How VPP shares out the buckets of a table. */
export const bucketCases: readonly ConformanceCase[] = bucketSets.map((set, i) => ({
  name: `buckets: ${set.weights.map(([weight, times]) => `${times} x ${weight}`).join(', ')} on ${set.length}${set.ip6 ? ', IPv6' : ''}`,
  steps: stepsOf(set, i),
}));

function stepsOf(set: WeightSet, i: number): Step[] {
  const vip = `100.64.${i}.1/32 tcp 443`;
  return [...vipWithWeights(vip, set), { op: 'buckets', vip, are: set.are }];
}

type Weights = Pick<WeightSet, 'weights' | 'length' | 'ip6' | 'order'>;

/** A VIP whose servers have these weights, in the order of their addresses. */
export function vipWithWeights(
  vip: VipText,
  { weights, length, ip6 = false, order = 'up' }: Weights,
): Step[] {
  const servers = weights
    .flatMap(([weight, times]) => Array.from({ length: times }, () => weight))
    .map((weight, n) => ({ server: serverAddress(n, ip6), weight }));
  if (order === 'down') servers.reverse();
  return [
    {
      op: 'add-vip',
      vip,
      with: { newFlowsTableLength: length, encap: ip6 ? ENCAP.gre6 : ENCAP.gre4 },
      retval: 0,
    },
    ...servers.map(
      ({ server, weight }): Step => ({ op: 'add-as', vip, server, with: { weight }, retval: 0 }),
    ),
  ];
}

/** 10.0.0.1 and on, or 2001:db8::1 and on. */
function serverAddress(n: number, ip6: boolean): string {
  const number = n + 1;
  return ip6 ? `2001:db8::${number.toString(16)}` : `10.0.${number >> 8}.${number & 0xff}`;
}
