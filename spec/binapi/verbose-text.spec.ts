import { expect } from 'chai';
import { parseVipsText } from '../../binapi/lb/verbose-text.js';

const counters = `  counters:
    packet from existing sessions: 0
    first session packet: 0
    untracked packet: 0
    no server configured: 0
`;

/** As VPP printed it, with a VIP of each kind. */
const text = ` ip4-gre4 [1995] 192.0.2.9/32
  new_size:32
  protocol:6 port:80
${counters}  #as:0

 ip4-gre4 [1996] 192.0.2.9/32 removed
  new_size:16
  protocol:6 port:80
${counters}  #as:1
    10.0.0.1 weight:100 buckets:0 flows:0 dpo:1030  removed

 ip4-l3dsr [1997] 192.0.2.3/32
  new_size:16
  dscp:7
${counters}  #as:0

 ip4-nat4 [1998] 192.0.2.2/32
  new_size:16
  protocol:17 port:53
  type:nodeport port:13568 target_port:8053${counters}  #as:0

 ip6-gre4 [1999] 2001:db8::/64
  new_size:65536
${counters}  #as:0

 ip4-gre6 [2000] 192.0.2.1/32 src_ip_sticky
  new_size:1024
  protocol:6 port:443
${counters}  #as:2
    2001:db8:1::11 weight:50 buckets:512 flows:0 dpo:1036 used
    2001:db8:1::10 weight:50 buckets:512 flows:0 dpo:1035 used

`;

describe('binapi/lb/verbose-text', () => {
  it('reads a VIP of every kind and passes over removed ones', async () => {
    expect(Object.fromEntries(await parseVipsText(text))).to.deep.equal({
      '192.0.2.9/32,tcp,80': { tableLength: 32, srcIpSticky: false, index: 1995 },
      '192.0.2.3/32,any,0': { tableLength: 16, srcIpSticky: false, index: 1997 },
      '192.0.2.2/32,udp,53': { tableLength: 16, srcIpSticky: false, index: 1998 },
      '2001:db8::/64,any,0': { tableLength: 65536, srcIpSticky: false, index: 1999 },
      '192.0.2.1/32,tcp,443': { tableLength: 1024, srcIpSticky: true, index: 2000 },
    });
  });

  it('passes over a removed VIP that was sticky', async () => {
    const removed = ' ip4-gre4 [3] 192.0.2.1/32 src_ip_sticky removed\n  new_size:16\n';
    expect((await parseVipsText(removed)).size).to.equal(0);
  });

  const strange: readonly [string, string][] = [
    ['nothing', ''],
    ['an error', 'unknown input `vips verbose`\n'],
    ['a VIP without a table', ' ip4-gre4 [1] 192.0.2.1/32\n  protocol:6 port:80\n'],
    ['a VIP that is no prefix', ' ip4-gre4 [1] bogus\n  new_size:16\n'],
    ['details without a VIP', '  new_size:16\n  protocol:6 port:80\n'],
    ['the short form', 'ip4-gre4 192.0.2.1/32 new_size:16 #as:0 \n'],
  ];
  for (const [what, input] of strange) {
    it(`finds nothing in ${what}`, async () => expect((await parseVipsText(input)).size).to.equal(0));
  }

  it('does not mind words that it does not know', async () => {
    const more = ' ip4-gre4 [7] 192.0.2.1/32 shiny src_ip_sticky new\n  colour:red\n  new_size:16 exactly\n';
    expect((await parseVipsText(more)).get('192.0.2.1/32,any,0')).to.deep.equal({
      tableLength: 16,
      srcIpSticky: true,
      index: 7,
    });
  });
});
