import type { ConformanceCase } from '../../case.js';
import { burst, fresh, three, vipWith } from './setup.js';

/** Packets that no server is there for. */
export const nobodyCases: readonly ConformanceCase[] = [
  {
    name: 'a port without a VIP, and ICMP, go nowhere and count for VIP 0',
    steps: [
      fresh,
      ...vipWith('100.65.0.5/32 tcp 443', 16, three),
      {
        op: 'counted',
        burst: burst('100.65.0.5', [40_000, 40_003], { port: 80 }),
        vip: null,
        are: [
          'packet from existing sessions: 0',
          'first session packet: 0',
          'untracked packet: 0',
          'no server configured: 4',
          'to all, packets: 4',
          'to all, bytes: 240',
        ],
      },
      { op: 'packets', burst: burst('100.65.0.5', [40_000, 40_003], { protocol: 'udp' }), go: '- - - -' },
      {
        op: 'packets',
        burst: { from: '198.51.100.7', to: '100.65.0.5', protocol: 'icmp', bytes: 84 },
        go: '-',
      },
    ],
  },
  {
    name: 'without a server four packets of a flow take a place, and the next are untracked',
    steps: [
      fresh,
      ...vipWith('100.65.0.11/32 tcp 443', 16, []),
      { op: 'packets', burst: burst('100.65.0.11', [40_000, 40_000], { packets: 6 }), go: '- - - - - -' },
      {
        op: 'shown',
        vip: '100.65.0.11/32 tcp 443',
        are: [
          ' ip4-gre4 [#] 100.65.0.11/32',
          '  new_size:16',
          '  protocol:6 port:443',
          '  counters:',
          '    packet from existing sessions: 0',
          '    first session packet: 0',
          '    untracked packet: 2',
          '    no server configured: 4',
          '  #as:0',
        ],
      },
      { op: 'add-as', vip: '100.65.0.11/32 tcp 443', server: '10.88.0.1', retval: 0 },
      { op: 'packets', burst: burst('100.65.0.11', [40_000, 40_000], { packets: 2 }), go: '1 1' },
      {
        op: 'shown',
        vip: '100.65.0.11/32 tcp 443',
        are: [
          ' ip4-gre4 [#] 100.65.0.11/32',
          '  new_size:16',
          '  protocol:6 port:443',
          '  counters:',
          '    packet from existing sessions: 0',
          '    first session packet: 0',
          '    untracked packet: 4',
          '    no server configured: 4',
          '  #as:1',
          '    10.88.0.1 weight:100 buckets:16 flows:0 dpo:# used',
        ],
      },
    ],
  },
  {
    name: 'all weights 0 is no server',
    steps: [
      fresh,
      ...vipWith('100.65.0.12/32 tcp 443', 16, ['10.88.0.1']),
      { op: 'weight', vip: '100.65.0.12/32 tcp 443', server: '10.88.0.1', weight: 0, retval: 0 },
      { op: 'packets', burst: burst('100.65.0.12', [40_000, 40_002]), go: '- - -' },
      {
        op: 'shown',
        vip: '100.65.0.12/32 tcp 443',
        are: [
          ' ip4-gre4 [#] 100.65.0.12/32',
          '  new_size:16',
          '  protocol:6 port:443',
          '  counters:',
          '    packet from existing sessions: 0',
          '    first session packet: 0',
          '    untracked packet: 0',
          '    no server configured: 3',
          '  #as:1',
          '    10.88.0.1 weight:0 buckets:0 flows:0 dpo:# used',
        ],
      },
    ],
  },
  {
    name: 'five packets of one flow to a port without a VIP: four take a place, and the fifth is untracked',
    steps: [
      fresh,
      ...vipWith('100.65.0.23/32 tcp 443', 16, three),
      {
        op: 'counted',
        burst: burst('100.65.0.23', [40_000, 40_000], { protocol: 'udp', port: 9, packets: 5 }),
        vip: null,
        are: [
          'packet from existing sessions: 0',
          'first session packet: 0',
          'untracked packet: 1',
          'no server configured: 4',
          'to all, packets: 5',
          'to all, bytes: 300',
        ],
      },
    ],
  },
  {
    name: 'a VIP of protocol 255 and a port gets nothing, and ICMP counts as port 0',
    steps: [
      fresh,
      ...vipWith('100.65.0.24/32 255 443', 16, three),
      ...vipWith('100.65.0.24/32 1 443', 16, three),
      { op: 'packets', burst: burst('100.65.0.24', [40_000, 40_001]), go: '- -' },
      { op: 'packets', burst: burst('100.65.0.24', [40_000, 40_001], { protocol: 'udp' }), go: '- -' },
      {
        op: 'packets',
        burst: { from: '198.51.100.7', to: '100.65.0.24', protocol: 'icmp', bytes: 84 },
        go: '-',
      },
    ],
  },
];
