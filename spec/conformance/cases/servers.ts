import { ENCAP } from '../../support/lb-requests.js';
import type { ConformanceCase } from '../case.js';

/** What VPP does with requests about servers and about the global configuration. */
export const serverCases: readonly ConformanceCase[] = [
  {
    name: 'a server has the family of the encapsulation, not of the VIP',
    steps: [
      { op: 'add-vip', vip: '203.0.113.1/32 tcp 443', with: { encap: ENCAP.gre6 }, retval: 0 },
      { op: 'add-as', vip: '203.0.113.1/32 tcp 443', server: '10.0.0.1', retval: -97 },
      { op: 'add-as', vip: '203.0.113.1/32 tcp 443', server: '2001:db8:9::1', retval: 0 },
      { op: 'add-vip', vip: '2001:db8:3::1/128 tcp 443', retval: 0 },
      { op: 'add-as', vip: '2001:db8:3::1/128 tcp 443', server: '2001:db8:9::1', retval: -97 },
      { op: 'add-as', vip: '2001:db8:3::1/128 tcp 443', server: '10.0.0.1', retval: 0 },
    ],
  },
  {
    name: 'a server that exists is refused, and keeps its weight',
    steps: [
      { op: 'add-vip', vip: '203.0.113.2/32 tcp 443', retval: 0 },
      { op: 'add-as', vip: '203.0.113.2/32 tcp 443', server: '10.0.0.1', retval: 0 },
      { op: 'add-as', vip: '203.0.113.2/32 tcp 443', server: '10.0.0.1', with: { weight: 5 }, retval: -81 },
      { op: 'servers', are: ['203.0.113.2/32 6 443 10.0.0.1 flags:1 weight:100 buckets:1024'] },
    ],
  },
  {
    name: 'a removed server lingers, and can be removed again but not weighted',
    steps: [
      { op: 'add-vip', vip: '203.0.113.3/32 tcp 443', retval: 0 },
      { op: 'add-as', vip: '203.0.113.3/32 tcp 443', server: '10.0.0.1', retval: 0 },
      { op: 'add-as', vip: '203.0.113.3/32 tcp 443', server: '10.0.0.2', retval: 0 },
      { op: 'del-as', vip: '203.0.113.3/32 tcp 443', server: '10.0.0.1', retval: 0 },
      { op: 'del-as', vip: '203.0.113.3/32 tcp 443', server: '10.0.0.1', retval: 0 },
      { op: 'weight', vip: '203.0.113.3/32 tcp 443', server: '10.0.0.1', weight: 5, retval: -6 },
      {
        op: 'servers',
        are: [
          '203.0.113.3/32 6 443 10.0.0.1 flags:0 weight:100 buckets:0',
          '203.0.113.3/32 6 443 10.0.0.2 flags:1 weight:100 buckets:1024',
        ],
      },
    ],
  },
  {
    name: 'a removed server that is added again is the old one, with the new weight',
    steps: [
      { op: 'add-vip', vip: '203.0.113.4/32 tcp 443', retval: 0 },
      { op: 'add-as', vip: '203.0.113.4/32 tcp 443', server: '10.0.0.1', retval: 0 },
      { op: 'add-as', vip: '203.0.113.4/32 tcp 443', server: '10.0.0.2', retval: 0 },
      { op: 'del-as', vip: '203.0.113.4/32 tcp 443', server: '10.0.0.1', retval: 0 },
      { op: 'add-as', vip: '203.0.113.4/32 tcp 443', server: '10.0.0.1', with: { weight: 0 }, retval: 0 },
      {
        op: 'servers',
        are: [
          '203.0.113.4/32 6 443 10.0.0.1 flags:1 weight:0 buckets:0',
          '203.0.113.4/32 6 443 10.0.0.2 flags:1 weight:100 buckets:1024',
        ],
      },
    ],
  },
  {
    name: 'requests about unknown VIPs and servers are refused',
    steps: [
      { op: 'add-as', vip: '203.0.113.5/32 tcp 443', server: '10.0.0.1', retval: -6 },
      { op: 'del-as', vip: '203.0.113.5/32 tcp 443', server: '10.0.0.1', retval: -6 },
      { op: 'weight', vip: '203.0.113.5/32 tcp 443', server: '10.0.0.1', weight: 1, retval: -6 },
      { op: 'add-vip', vip: '203.0.113.5/32 tcp 443', retval: 0 },
      { op: 'del-as', vip: '203.0.113.5/32 tcp 443', server: '10.0.0.1', retval: -6 },
      { op: 'weight', vip: '203.0.113.5/32 tcp 443', server: '10.0.0.1', weight: 1, retval: -6 },
    ],
  },
  {
    name: 'weights are 0 to 255 and none of them is cut',
    steps: [
      { op: 'add-vip', vip: '203.0.113.6/32 tcp 443', retval: 0 },
      { op: 'add-as', vip: '203.0.113.6/32 tcp 443', server: '10.0.0.1', with: { weight: 255 }, retval: 0 },
      { op: 'add-as', vip: '203.0.113.6/32 tcp 443', server: '10.0.0.2', with: { weight: 101 }, retval: 0 },
      { op: 'weight', vip: '203.0.113.6/32 tcp 443', server: '10.0.0.2', weight: 200, retval: 0 },
      { op: 'weight', vip: '203.0.113.6/32 tcp 443', server: '10.0.0.2', weight: 100, retval: 0 },
      {
        op: 'servers',
        are: [
          '203.0.113.6/32 6 443 10.0.0.1 flags:1 weight:255 buckets:724',
          '203.0.113.6/32 6 443 10.0.0.2 flags:1 weight:100 buckets:300',
        ],
      },
    ],
  },
  {
    name: 'without a server of weight there is no bucket',
    steps: [
      { op: 'add-vip', vip: '203.0.113.7/32 tcp 443', retval: 0 },
      { op: 'add-as', vip: '203.0.113.7/32 tcp 443', server: '10.0.0.1', with: { weight: 0 }, retval: 0 },
      { op: 'servers', are: ['203.0.113.7/32 6 443 10.0.0.1 flags:1 weight:0 buckets:0'] },
      { op: 'weight', vip: '203.0.113.7/32 tcp 443', server: '10.0.0.1', weight: 1, retval: 0 },
      { op: 'servers', are: ['203.0.113.7/32 6 443 10.0.0.1 flags:1 weight:1 buckets:1024'] },
    ],
  },
  {
    name: 'servers of weight 50 and three times 100, then one of them drained',
    steps: [
      { op: 'add-vip', vip: '203.0.113.8/32 tcp 443', retval: 0 },
      { op: 'add-as', vip: '203.0.113.8/32 tcp 443', server: '10.0.0.1', with: { weight: 50 }, retval: 0 },
      { op: 'add-as', vip: '203.0.113.8/32 tcp 443', server: '10.0.0.2', retval: 0 },
      { op: 'add-as', vip: '203.0.113.8/32 tcp 443', server: '10.0.0.3', retval: 0 },
      { op: 'add-as', vip: '203.0.113.8/32 tcp 443', server: '10.0.0.4', retval: 0 },
      {
        op: 'servers',
        are: [
          '203.0.113.8/32 6 443 10.0.0.1 flags:1 weight:50 buckets:150',
          '203.0.113.8/32 6 443 10.0.0.2 flags:1 weight:100 buckets:292',
          '203.0.113.8/32 6 443 10.0.0.3 flags:1 weight:100 buckets:291',
          '203.0.113.8/32 6 443 10.0.0.4 flags:1 weight:100 buckets:291',
        ],
      },
      { op: 'weight', vip: '203.0.113.8/32 tcp 443', server: '10.0.0.2', weight: 0, retval: 0 },
      {
        op: 'servers',
        are: [
          '203.0.113.8/32 6 443 10.0.0.1 flags:1 weight:50 buckets:208',
          '203.0.113.8/32 6 443 10.0.0.2 flags:1 weight:0 buckets:0',
          '203.0.113.8/32 6 443 10.0.0.3 flags:1 weight:100 buckets:408',
          '203.0.113.8/32 6 443 10.0.0.4 flags:1 weight:100 buckets:408',
        ],
      },
    ],
  },
  {
    name: 'a flush always succeeds, also for a VIP that does not exist',
    steps: [
      { op: 'flush', vip: '203.0.113.9/32 tcp 443', retval: 0 },
      { op: 'add-vip', vip: '203.0.113.9/32 tcp 443', retval: 0 },
      { op: 'flush', vip: '203.0.113.9/32 tcp 443', retval: 0 },
    ],
  },
  {
    name: 'a dump of servers finds an IPv6 VIP by address, protocol and port, and an IPv4 VIP never',
    steps: [
      { op: 'add-vip', vip: '203.0.113.10/32 tcp 443', retval: 0 },
      { op: 'add-as', vip: '203.0.113.10/32 tcp 443', server: '10.0.0.1', retval: 0 },
      { op: 'filtered', vip: '203.0.113.10/32 tcp 443', are: [] },
      { op: 'add-vip', vip: '2001:db8:4::1/128 tcp 443', with: { encap: ENCAP.gre6 }, retval: 0 },
      { op: 'add-as', vip: '2001:db8:4::1/128 tcp 443', server: '2001:db8:9::1', retval: 0 },
      {
        op: 'filtered',
        vip: '2001:db8:4::1/128 tcp 443',
        are: ['2001:db8:4::1/128 6 443 2001:db8:9::1 flags:1 weight:100 buckets:1024'],
      },
      // The length is not looked at.
      {
        op: 'filtered',
        vip: '2001:db8:4::1/7 tcp 443',
        are: ['2001:db8:4::1/128 6 443 2001:db8:9::1 flags:1 weight:100 buckets:1024'],
      },
      { op: 'filtered', vip: '2001:db8:4::1/128 tcp 80', are: [] },
      { op: 'filtered', vip: '2001:db8:4::1/128 udp 443', are: [] },
      {
        op: 'filtered',
        vip: '::203.0.113.10/128 tcp 443',
        are: ['203.0.113.10/32 6 443 10.0.0.1 flags:1 weight:100 buckets:1024'],
      },
    ],
  },
  {
    name: 'the configuration keeps what ~0 stands for, and is refused as a whole',
    steps: [
      { op: 'set-conf', conf: '192.0.2.254 2001:db8::fe 65536 60', retval: 0 },
      { op: 'conf', is: '192.0.2.254 2001:db8::fe 65536 60' },
      { op: 'set-conf', conf: '192.0.2.253 2001:db8::fd keep keep', retval: 0 },
      { op: 'conf', is: '192.0.2.253 2001:db8::fd 65536 60' },
      { op: 'set-conf', conf: '192.0.2.252 2001:db8::fc 1000 30', retval: -70 },
      { op: 'conf', is: '192.0.2.253 2001:db8::fd 65536 60' },
      // No harm is done before the next packet.
      { op: 'set-conf', conf: '192.0.2.253 2001:db8::fd 0 keep', retval: 0 },
      { op: 'conf', is: '192.0.2.253 2001:db8::fd 0 60' },
      { op: 'set-conf', conf: '192.0.2.253 2001:db8::fd 16777216 keep', retval: 0 },
      { op: 'set-conf', conf: '192.0.2.253 2001:db8::fd 1073741824 keep', retval: 0 },
      { op: 'conf', is: '192.0.2.253 2001:db8::fd 1073741824 60' },
      { op: 'set-conf', conf: '192.0.2.253 2001:db8::fd 65536 keep', retval: 0 },
      { op: 'set-conf', conf: '192.0.2.253 2001:db8::fd keep 0', retval: 0 },
      { op: 'conf', is: '192.0.2.253 2001:db8::fd 65536 0' },
    ],
  },
  {
    name: 'each family of servers goes with each family of VIPs',
    steps: [
      { op: 'add-vip', vip: '203.0.113.11/32 tcp 443', with: { encap: ENCAP.gre6 }, retval: 0 },
      { op: 'add-as', vip: '203.0.113.11/32 tcp 443', server: '2001:db8:9::2', retval: 0 },
      { op: 'add-vip', vip: '2001:db8:5::1/128 tcp 443', with: { encap: ENCAP.gre4 }, retval: 0 },
      { op: 'add-as', vip: '2001:db8:5::1/128 tcp 443', server: '10.0.0.1', retval: 0 },
      {
        op: 'add-vip',
        vip: '203.0.113.12/32 udp 53',
        with: { encap: ENCAP.nat4, targetPort: 53 },
        retval: 0,
      },
      { op: 'add-as', vip: '203.0.113.12/32 udp 53', server: '2001:db8:9::2', retval: -97 },
      {
        op: 'add-vip',
        vip: '2001:db8:6::1/128 udp 53',
        with: { encap: ENCAP.nat6, targetPort: 53 },
        retval: 0,
      },
      { op: 'add-as', vip: '2001:db8:6::1/128 udp 53', server: '10.0.0.1', retval: -97 },
    ],
  },
];
