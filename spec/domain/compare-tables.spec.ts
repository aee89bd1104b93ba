import { expect } from 'chai';
import fc from 'fast-check';
import { differencesBetween } from '../../domain/compare-tables.js';
import type { VipState } from '../../domain/lb.js';
import { tableDigest } from '../../domain/table-digest.js';
import { predictBuckets } from '../../domain/table-prediction.js';
import { vipKey } from '../support/domain-samples.js';
import { randomServers, weighted } from '../support/random-servers.js';

function vip(weights: readonly number[], more: Partial<VipState> = {}): VipState {
  const servers = weighted(randomServers(1, weights.length), (place) => weights[place] ?? 0);
  const buckets = predictBuckets(256, servers);
  return {
    key: vipKey('192.0.2.1/32'),
    encap: 'gre4',
    tableLength: { value: 256, exact: true },
    srcIpSticky: false,
    ases: servers.map((server, i) => ({ ...server, buckets: buckets[i] ?? 0 })),
    ...more,
  };
}

const anyVip = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 4 }).map((weights) => vip(weights));

describe('domain/compare-tables', () => {
  it('finds a difference when, and only when, the digests differ', () => {
    fc.assert(
      fc.property(anyVip, anyVip, (a, b) => {
        const differ = differencesBetween([a], [b]).length > 0;
        expect(differ).to.equal(tableDigest([a]) !== tableDigest([b]));
        expect(differencesBetween([a], [{ ...a, ases: [...a.ases].reverse() }])).to.deep.equal([]);
      }),
    );
  });

  it('names what differs, and the share of the flows that would change their server', () => {
    const [difference] = differencesBetween([vip([100, 100])], [vip([100, 0])]);
    const [, second] = randomServers(1, 2);
    expect(difference?.vip).to.equal('192.0.2.1/32,tcp,80');
    expect(difference?.what.at(-1)).to.equal(`server ${second?.address} has weight 100 and weight 0`);
    expect(difference?.moved).to.equal(0.5);
  });

  it('knows when flows would be lost: without the VIP, or without a server', () => {
    expect(differencesBetween([vip([1])], [])).to.deep.equal([
      { vip: '192.0.2.1/32,tcp,80', what: ['the second lacks it'], moved: null },
    ]);
    expect(differencesBetween([], [vip([1])])[0]?.what).to.deep.equal(['the first lacks it']);
    expect(differencesBetween([vip([1])], [vip([0])])[0]?.moved).to.equal(null);
  });

  it('counts every flow when the hash is another one', () => {
    const [difference] = differencesBetween([vip([1, 1])], [vip([1, 1], { srcIpSticky: true })]);
    expect(difference).to.deep.include({ what: ['sticky by source address false and true'], moved: 1 });
  });
});
