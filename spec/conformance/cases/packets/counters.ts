import { ENCAP } from '../../../support/lb-requests.js';
import type { ConformanceCase } from '../../case.js';
import { burst, fresh, vipWith } from './setup.js';

/** What is counted in the stats segment. */
export const counterCases: readonly ConformanceCase[] = [
  {
    name: 'the stats segment counts packets of the VIP, and packets and bytes by route',
    steps: [
      fresh,
      ...vipWith('100.65.0.20/32 tcp 443', 64, ['10.88.2.1', '10.88.2.2']),
      {
        op: 'counted',
        burst: burst('100.65.0.20', [40_000, 40_015]),
        vip: '100.65.0.20/32 tcp 443',
        are: [
          'packet from existing sessions: 0',
          'first session packet: 16',
          'untracked packet: 0',
          'no server configured: 0',
          'to all, packets: 16',
          'to all, bytes: 960',
          'via 10.88.2.1, packets: 12',
          'via 10.88.2.1, bytes: 1008',
          'via 10.88.2.2, packets: 4',
          'via 10.88.2.2, bytes: 336',
        ],
      },
      {
        op: 'counted',
        burst: burst('100.65.0.20', [40_000, 40_031], { bytes: 500 }),
        vip: '100.65.0.20/32 tcp 443',
        are: [
          'packet from existing sessions: 16',
          'first session packet: 16',
          'untracked packet: 0',
          'no server configured: 0',
          'to all, packets: 32',
          'to all, bytes: 16000',
          'via 10.88.2.1, packets: 20',
          'via 10.88.2.1, bytes: 10480',
          'via 10.88.2.2, packets: 12',
          'via 10.88.2.2, bytes: 6288',
        ],
      },
      ...vipWith('2001:db8:65::20/128 tcp 443', 64, ['2001:db8:88:2::1', '2001:db8:88:2::2'], ENCAP.gre6),
      {
        op: 'counted',
        burst: burst('2001:db8:65::20', [40_000, 40_015]),
        vip: '2001:db8:65::20/128 tcp 443',
        are: [
          'packet from existing sessions: 0',
          'first session packet: 16',
          'untracked packet: 0',
          'no server configured: 0',
          'to all, packets: 16',
          'to all, bytes: 1280',
          'via 2001:db8:88:2::1, packets: 7',
          'via 2001:db8:88:2::1, bytes: 868',
          'via 2001:db8:88:2::2, packets: 9',
          'via 2001:db8:88:2::2, bytes: 1116',
        ],
      },
      ...vipWith('100.65.0.21/32 any 0', 64, ['10.88.3.1'], ENCAP.l3dsr),
      {
        op: 'counted',
        burst: burst('100.65.0.21', [40_000, 40_003]),
        vip: '100.65.0.21/32 any 0',
        are: [
          'packet from existing sessions: 0',
          'first session packet: 4',
          'untracked packet: 0',
          'no server configured: 0',
          'to all, packets: 4',
          'to all, bytes: 240',
          'via 10.88.3.1, packets: 4',
          'via 10.88.3.1, bytes: 240',
        ],
      },
    ],
  },
];
