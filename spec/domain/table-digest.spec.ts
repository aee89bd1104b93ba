import { expect } from 'chai';
import type { VipState } from '../../domain/lb.js';
import { digestNumber, tableDigest, vipDigest } from '../../domain/table-digest.js';
import { ip, vipKey } from '../support/domain-samples.js';

const vip: VipState = {
  key: vipKey('192.0.2.1/32'),
  encap: 'gre4',
  tableLength: { value: 1024, exact: true },
  srcIpSticky: false,
  ases: [
    { address: ip('10.0.0.1'), weight: 100, buckets: 512 },
    { address: ip('10.0.0.2'), weight: 100, buckets: 512 },
  ],
};

describe('domain/table-digest', () => {
  it('fits into a number by its first 12 digits', () => {
    expect(digestNumber('ffffffffffff0123')).to.equal(2 ** 48 - 1);
    expect(digestNumber('00000000000aabcd')).to.equal(10);
  });

  it('is the same for the same VIPs and servers in any order', () => {
    const other = { ...vip, key: vipKey('192.0.2.2/32') };
    expect(vipDigest(vip)).to.match(/^[0-9a-f]{16}$/);
    expect(vipDigest({ ...vip, ases: [...vip.ases].reverse() })).to.equal(vipDigest(vip));
    expect(tableDigest([vip, other])).to.equal(tableDigest([other, vip]));
  });

  it('differs when anything does that decides where flows go', () => {
    const [first, second] = vip.ases;
    if (first === undefined || second === undefined) throw new Error('the sample has two servers');
    const changes: VipState[] = [
      { ...vip, key: vipKey('192.0.2.1/32', 17) },
      { ...vip, key: vipKey('192.0.2.1/32', 6, 81) },
      { ...vip, encap: 'gre6' },
      { ...vip, srcIpSticky: true },
      { ...vip, tableLength: { value: 2048, exact: true } },
      { ...vip, ases: [first] },
      { ...vip, ases: [first, { ...second, weight: 99 }] },
      { ...vip, ases: [first, { ...second, buckets: 511 }] },
      { ...vip, ases: [first, { ...second, address: ip('10.0.0.3') }] },
    ];
    const digests = new Set([vip, ...changes].map(vipDigest));
    expect(digests.size).to.equal(changes.length + 1);
    expect(new Set([[], [vip], [vip, vip]].map(tableDigest)).size).to.equal(3);
  });

  it('knows a length that VPP tells modulo 65536 from what it adds up to', () => {
    expect(vipDigest({ ...vip, tableLength: { value: 1024, exact: false } })).to.equal(vipDigest(vip));
  });
});
