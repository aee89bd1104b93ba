import { expect } from 'chai';
import { parseFlows } from '../../binapi/lb/flows-text.js';

const text = ` ip4-gre4 [1] 192.0.2.1/32 src_ip_sticky
  new_size:1024
  protocol:6 port:443
  counters:
    packet from existing sessions: 9
    first session packet: 8
    untracked packet: 0
    no server configured: 0
  #as:3
    10.0.0.1 weight:100 buckets:1024 flows:7 dpo:12 used
    10.0.0.2 weight:0 buckets:0 flows:5 dpo:13 used
    10.0.0.3 weight:100 buckets:0 flows:2 dpo:14  removed

 ip6-gre6 [2] 2001:db8::/64 removed
  new_size:16
  counters:
  #as:1
    2001:db8:1::10 weight:100 buckets:16 flows:3 dpo:15 used
`;

describe('binapi/lb/flows-text', () => {
  it('reads the flows of each server that is there or was removed, and no VIP that was', async () => {
    expect(await parseFlows(text)).to.deep.equal([
      {
        key: { prefix: '192.0.2.1/32', protocol: 6, port: 443 },
        tableLength: 1024,
        servers: [
          { address: '10.0.0.1', weight: 100, flows: 7 },
          { address: '10.0.0.2', weight: 0, flows: 5 },
          { address: '10.0.0.3', weight: 0, flows: 2 },
        ],
      },
    ]);
  });

  it('knows a VPP without VIPs from one whose text it does not understand', async () => {
    expect(await parseFlows('\n')).to.deep.equal([]);
    expect(await parseFlows('unknown input `show lb vips verbose`')).to.equal(null);
  });
});
