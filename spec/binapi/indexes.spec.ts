import { expect } from 'chai';
import { parseIndexes } from '../../binapi/lb/indexes.js';
import type { LbIndexes } from '../../domain/lb-counters.js';

const counters = `  counters:
    packet from existing sessions: 4000000000000
    first session packet: 0
    untracked packet: 0
    no server configured: 0
`;

/** As VPP printed it. */
const text = ` ip4-gre4 [1] 192.0.2.9/32
  new_size:16
  protocol:6 port:80
${counters}  #as:2
    10.0.0.1 weight:100 buckets:16 flows:7 dpo:1031 used
    10.0.0.2 weight:100 buckets:0 flows:3 dpo:1030  removed

 ip4-gre4 [2] 192.0.2.9/32 removed
  new_size:16
  protocol:6 port:443
${counters}  #as:1
    10.0.0.1 weight:100 buckets:0 flows:0 dpo:1031  removed

 ip4-nat4 [3] 192.0.2.2/32
  new_size:16
  protocol:17 port:53
  type:nodeport port:13568 target_port:8053${counters}  #as:1
    10.0.0.9 weight:1 buckets:16 flows:0 dpo:77 used

 ip4-gre4 [7] 192.0.2.9/32 src_ip_sticky
  new_size:16
  protocol:6 port:443
${counters}  #as:0

 ip6-gre6 [8] 2001:db8::/64
  new_size:1024
${counters}  #as:2
    2001:db8:1::11 weight:50 buckets:512 flows:0 dpo:1036 used
    2001:db8:1::10 weight:50 buckets:512 flows:0 dpo:1035 used

`;

function plain(indexes: LbIndexes | null) {
  return [...(indexes ?? [])].map(([id, { index, servers }]) => [id, index, Object.fromEntries(servers)]);
}

describe('binapi/lb/indexes', () => {
  it('finds the place of every VIP and server that is not removed', async () => {
    expect(plain(await parseIndexes(text))).to.deep.equal([
      ['192.0.2.9/32,tcp,80', 1, { '10.0.0.1': 1031 }],
      ['192.0.2.2/32,udp,53', 3, { '10.0.0.9': 77 }],
      ['192.0.2.9/32,tcp,443', 7, {}],
      ['2001:db8::/64,any,0', 8, { '2001:db8:1::10': 1035, '2001:db8:1::11': 1036 }],
    ]);
  });

  it('reads the servers of older releases too', async () => {
    const old =
      ' ip4-gre4 [1] 192.0.2.1/32\n  new_size:16\n  #as:1\n    10.0.0.1 16 buckets   0 flows  dpo:12 used\n';
    expect(plain(await parseIndexes(old))).to.deep.equal([['192.0.2.1/32,any,0', 1, { '10.0.0.1': 12 }]]);
  });

  it('finds nothing where VPP has no VIPs, or only removed ones', async () => {
    expect((await parseIndexes(''))?.size).to.equal(0);
    expect((await parseIndexes(' ip4-gre4 [3] 192.0.2.1/32 removed\n  new_size:16\n'))?.size).to.equal(0);
  });

  for (const strange of ['unknown input `vips verbose`\n', 'VIP 1: 192.0.2.1/32\n', '  new_size:16\n']) {
    it(`says that it does not understand ${JSON.stringify(strange)}`, async () => {
      expect(await parseIndexes(strange)).to.equal(null);
    });
  }

  it('leaves out a server whose line it does not understand', async () => {
    const lines = [
      '    10.0.0.1 weight:1 dpo:x used',
      '    server1 weight:1 dpo:4 used',
      '    10.0.0.3 dpo:5 used',
    ];
    const odd = ` ip4-gre4 [1] 192.0.2.1/32\n  new_size:16\n${lines.join('\n')}\n`;
    expect(plain(await parseIndexes(odd))).to.deep.equal([['192.0.2.1/32,any,0', 1, { '10.0.0.3': 5 }]]);
  });
});
