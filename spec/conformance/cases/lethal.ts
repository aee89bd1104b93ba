import { ENCAP } from '../../support/lb-requests.js';
import type { LethalCase, Step } from '../case.js';

const conf = (buckets: number): Step => ({
  op: 'set-conf',
  conf: `192.0.2.254 2001:db8::fe ${buckets} keep`,
  retval: 0,
});

function packet(to: string, protocol: 'tcp' | 'udp' = 'tcp', port = 443, flows = 1): Step {
  const from = to.includes(':') ? '2001:db8:f::7' : '198.51.100.7';
  return {
    op: 'packets',
    burst: { from, to, protocol, port, sourcePorts: [40_000, 39_999 + flows], bytes: 80 },
    go: '',
  };
}

const vipAndServer = (vip: string, server: string, encap: number, targetPort = 0): Step[] => [
  { op: 'add-vip', vip, with: { encap, targetPort }, retval: 0 },
  { op: 'add-as', vip, server, retval: 0 },
];

const ordinary = vipAndServer('100.70.0.1/32 tcp 443', '10.90.0.1', ENCAP.gre4);

const counters = ['packet from existing sessions', 'no server configured', '/net/route/to', '/net/route/via'];

/** What VPP dies of. */
export const lethalCases: readonly LethalCase[] = [
  {
    name: 'a table of 0 buckets',
    steps: [],
    lethal: { op: 'add-vip', vip: '100.70.0.1/32 tcp 443', with: { newFlowsTableLength: 0 }, retval: 0 },
    rule: 'table-too-big',
  },
  {
    name: 'a table that no heap has room for',
    steps: [],
    lethal: {
      op: 'add-vip',
      vip: '100.70.0.1/32 tcp 443',
      with: { newFlowsTableLength: 2 ** 31 },
      retval: 0,
    },
    rule: 'table-too-big',
  },
  {
    name: 'a table of 2^28 buckets, which is 1 GiB',
    steps: [],
    lethal: {
      op: 'add-vip',
      vip: '100.70.0.1/32 tcp 443',
      with: { newFlowsTableLength: 2 ** 28 },
      retval: 0,
    },
    rule: 'table-too-big',
  },
  {
    name: 'an IPv6 prefix of 129 bits',
    steps: [],
    lethal: { op: 'add-vip', vip: '2001:db8:70::1/129 tcp 443', with: { encap: ENCAP.gre6 }, retval: 0 },
    rule: 'ip6-prefix-length',
  },
  {
    name: 'an IPv6 prefix of 255 bits',
    steps: [],
    lethal: { op: 'add-vip', vip: '2001:db8:70::1/255 any 0', with: { encap: ENCAP.gre6 }, retval: 0 },
    rule: 'ip6-prefix-length',
  },
  {
    name: 'an IPv4 prefix of 33 bits is taken, and VPP writes into memory that is not its own',
    steps: [],
    lethal: { op: 'add-vip', vip: '100.70.0.1/33 any 0', retval: 0 },
    rule: null,
  },
  {
    name: 'what a VPP is that was just started, and what a table needs that no heap has room for',
    steps: [
      { op: 'conf', is: '255.255.255.255 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 1024 40' },
      { op: 'vips', are: [] },
      { op: 'servers', are: [] },
      { op: 'tables', are: [] },
      {
        op: 'objects',
        of: [
          '0.0.0.0/0',
          '0.0.0.0/32',
          '240.0.0.0/4',
          '224.0.0.0/4',
          '255.255.255.255/32',
          '::/0',
          'fe80::/10',
          '100.70.0.9/32',
        ],
        are: '1 2 3 4 5 6 7 -',
      },
      { op: 'columns', of: counters, are: '- - 8 8' },
      ...vipAndServer('100.70.0.9/32 tcp 443', '10.90.0.9', ENCAP.gre4),
      { op: 'columns', of: counters, are: '2 2 10 10' },
      ...vipAndServer('2001:db8:70::/64 any 0', '2001:db8:90::9', ENCAP.gre6),
      ...vipAndServer('255.255.255.255/32 any 0', '10.90.0.9', ENCAP.gre4),
      {
        op: 'objects',
        of: ['100.70.0.9/32', '10.90.0.9/32', '2001:db8:70::/64', '2001:db8:90::9/128', '255.255.255.255/32'],
        are: '8 9 10 11 5',
      },
      { op: 'columns', of: counters, are: '4 4 12 12' },
    ],
    lethal: {
      op: 'add-vip',
      vip: '100.70.0.1/32 tcp 443',
      with: { newFlowsTableLength: 2 ** 30 },
      retval: 0,
    },
    rule: 'table-too-big',
  },
  {
    name: 'an IPv4 prefix of 60 bits',
    steps: [],
    lethal: { op: 'add-vip', vip: '100.70.0.1/60 any 0', retval: 0 },
    rule: 'ip4-prefix-length',
  },
  {
    name: 'a lookup of the route that covers an IPv4 prefix of 41 bits',
    steps: [],
    lethal: { op: 'route', to: '100.70.0.1/41', exact: false, is: '' },
    rule: 'ip4-prefix-length',
  },
  {
    name: 'a lookup of the route to exactly an IPv4 prefix of 42 bits',
    steps: [],
    lethal: { op: 'route', to: '100.70.0.1/42', is: '' },
    rule: 'ip4-prefix-length',
  },
  {
    name: 'a server for a NAT VIP of IPv6 without a port',
    steps: [{ op: 'add-vip', vip: '2001:db8:70::2/128 any 0', with: { encap: ENCAP.nat6 }, retval: 0 }],
    lethal: { op: 'add-as', vip: '2001:db8:70::2/128 any 0', server: '2001:db8:90::1', retval: 0 },
    rule: 'nat-all-ports',
  },
  {
    name: 'a server for a NAT VIP without a port',
    steps: [{ op: 'add-vip', vip: '100.70.0.2/32 any 0', with: { encap: ENCAP.nat4 }, retval: 0 }],
    lethal: { op: 'add-as', vip: '100.70.0.2/32 any 0', server: '10.90.0.1', retval: 0 },
    rule: 'nat-all-ports',
  },
  {
    name: 'a packet after the buckets were set to 0',
    steps: [...ordinary, conf(0)],
    lethal: packet('100.70.0.1'),
    rule: 'sticky-buckets-zero',
  },
  {
    name: 'a packet after 2^25 buckets were asked for',
    steps: [...ordinary, conf(2 ** 25)],
    lethal: packet('100.70.0.1'),
    rule: 'sticky-table-too-big',
  },
  {
    // A single packet may hit memory that VPP has for something else, and is survived.
    name: 'packets after 2^26 buckets were asked for, whose size does not fit into 32 bits',
    steps: [...ordinary, conf(2 ** 26)],
    lethal: packet('100.70.0.1', 'tcp', 443, 64),
    rule: 'sticky-table-too-big',
  },
  {
    name: 'a packet for a VIP for all ports with a server inside, in GRE over IPv4',
    steps: vipAndServer('100.70.3.0/24 any 0', '100.70.3.5', ENCAP.gre4),
    lethal: packet('100.70.3.1'),
    rule: 'encapsulation-loop',
  },
  {
    name: 'a packet for a VIP for all ports with a server inside, in GRE over IPv6',
    steps: vipAndServer('2001:db8:70::/48 any 0', '2001:db8:70::5', ENCAP.gre6),
    lethal: packet('2001:db8:70::1'),
    rule: 'encapsulation-loop',
  },
  {
    name: 'a packet for a VIP for all ports with a server inside, with L3DSR',
    steps: vipAndServer('100.70.4.0/24 any 0', '100.70.4.5', ENCAP.l3dsr),
    lethal: packet('100.70.4.1'),
    rule: 'encapsulation-loop',
  },
  {
    name: 'a packet for a NAT VIP with a server inside, whose target port is its port',
    steps: vipAndServer('100.70.5.0/24 udp 53', '100.70.5.5', ENCAP.nat4, 53),
    lethal: packet('100.70.5.1', 'udp', 53),
    rule: 'encapsulation-loop',
  },
  {
    name: 'a packet for a VIP that is its own server',
    steps: vipAndServer('100.70.0.3/32 any 0', '100.70.0.3', ENCAP.gre4),
    lethal: packet('100.70.0.3'),
    rule: 'encapsulation-loop',
  },
  {
    name: 'a packet that goes round two VIPs',
    steps: [
      ...vipAndServer('100.70.6.0/24 any 0', '100.70.7.5', ENCAP.gre4),
      ...vipAndServer('100.70.7.0/24 any 0', '100.70.6.5', ENCAP.gre4),
    ],
    lethal: packet('100.70.6.1'),
    rule: 'encapsulation-loop',
  },
  {
    name: 'a goodbye in the name of another client, who then speaks',
    steps: [],
    lethal: { op: 'wire', probe: 'goodbye of another client', is: '' },
    rule: 'foreign-client-delete',
  },
  {
    name: 'garbage collection of two NAT VIPs that shared a server and target port',
    slow: true,
    steps: [
      ...vipAndServer('100.70.0.4/32 udp 53', '10.90.0.4', ENCAP.nat4, 5353),
      ...vipAndServer('100.70.0.5/32 udp 53', '10.90.0.4', ENCAP.nat4, 5353),
      { op: 'del-vip', vip: '100.70.0.4/32 udp 53', retval: 0 },
      { op: 'del-vip', vip: '100.70.0.5/32 udp 53', retval: 0 },
    ],
    lethal: { op: 'wait', seconds: 135 },
    rule: 'nat-mapping-shared',
    within: 140,
  },
];
