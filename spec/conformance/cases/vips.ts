import { ENCAP } from '../../support/lb-requests.js';
import type { ConformanceCase } from '../case.js';

const PLAIN = 'dscp:0 srv:0 target:0';

/** What VPP does with requests about VIPs. */
export const vipCases: readonly ConformanceCase[] = [
  {
    name: 'a VIP that exists is refused, whatever else differs, and stays as it is',
    steps: [
      { op: 'add-vip', vip: '192.0.2.1/32 tcp 443', with: { encap: ENCAP.gre6 }, retval: 0 },
      { op: 'add-vip', vip: '192.0.2.1/32 tcp 443', with: { encap: ENCAP.gre6 }, retval: -81 },
      { op: 'add-vip', vip: '192.0.2.1/32 tcp 443', with: { encap: ENCAP.gre4 }, retval: -81 },
      { op: 'add-vip', vip: '192.0.2.1/32 tcp 443', with: { newFlowsTableLength: 3 }, retval: -81 },
      { op: 'add-vip', vip: '192.0.2.1/32 tcp 443', with: { srcIpSticky: true }, retval: -81 },
      { op: 'vips', are: [`192.0.2.1/32 6 443 gre6 1024 ${PLAIN}`] },
    ],
  },
  {
    name: 'a prefix has VIPs by port or one for all ports, never both',
    steps: [
      { op: 'add-vip', vip: '192.0.2.2/32 tcp 443', retval: 0 },
      { op: 'add-vip', vip: '192.0.2.2/32 any 0', retval: -81 },
      { op: 'add-vip', vip: '192.0.2.3/32 any 0', retval: 0 },
      { op: 'add-vip', vip: '192.0.2.3/32 tcp 443', retval: -81 },
      { op: 'del-vip', vip: '192.0.2.3/32 any 0', retval: 0 },
      { op: 'add-vip', vip: '192.0.2.3/32 tcp 443', retval: 0 },
    ],
  },
  {
    name: 'VIPs by port of one prefix have one encapsulation',
    steps: [
      { op: 'add-vip', vip: '192.0.2.4/32 tcp 443', with: { encap: ENCAP.gre6 }, retval: 0 },
      { op: 'add-vip', vip: '192.0.2.4/32 tcp 80', with: { encap: ENCAP.gre4 }, retval: -73 },
      { op: 'add-vip', vip: '192.0.2.4/32 udp 443', with: { encap: ENCAP.gre4 }, retval: -73 },
      { op: 'add-vip', vip: '192.0.2.4/32 udp 443', with: { encap: ENCAP.gre6 }, retval: 0 },
      { op: 'add-vip', vip: '192.0.2.4/31 tcp 80', with: { encap: ENCAP.gre4 }, retval: 0 },
    ],
  },
  {
    name: 'the length of the table is a power of two; 65536 is read back as 0',
    steps: [
      { op: 'add-vip', vip: '192.0.2.8/32 tcp 1', with: { newFlowsTableLength: 3 }, retval: -70 },
      { op: 'add-vip', vip: '192.0.2.8/32 tcp 1', with: { newFlowsTableLength: 1000 }, retval: -70 },
      { op: 'add-vip', vip: '192.0.2.8/32 tcp 1', with: { newFlowsTableLength: 2 ** 32 - 1 }, retval: -70 },
      { op: 'add-vip', vip: '192.0.2.8/32 tcp 1', with: { newFlowsTableLength: 1 }, retval: 0 },
      { op: 'add-vip', vip: '192.0.2.8/32 tcp 2', with: { newFlowsTableLength: 32_768 }, retval: 0 },
      { op: 'add-vip', vip: '192.0.2.8/32 tcp 3', with: { newFlowsTableLength: 65_536 }, retval: 0 },
      { op: 'add-vip', vip: '192.0.2.8/32 tcp 4', with: { newFlowsTableLength: 2 ** 20 }, retval: 0 },
      {
        op: 'vips',
        are: [
          `192.0.2.8/32 6 1 gre4 1 ${PLAIN}`,
          `192.0.2.8/32 6 2 gre4 32768 ${PLAIN}`,
          `192.0.2.8/32 6 3 gre4 0 ${PLAIN}`,
          `192.0.2.8/32 6 4 gre4 0 ${PLAIN}`,
        ],
      },
    ],
  },
  {
    name: 'an encapsulation that an IPv4 VIP cannot have is refused',
    steps: [
      { op: 'add-vip', vip: '192.0.2.9/32 tcp 443', with: { encap: ENCAP.nat6 }, retval: -97 },
      { op: 'add-vip', vip: '192.0.2.9/32 tcp 443', with: { encap: 5 }, retval: -97 },
      { op: 'add-vip', vip: '192.0.2.9/32 tcp 443', with: { encap: 99 }, retval: -97 },
      { op: 'vips', are: [] },
    ],
  },
  {
    name: 'an encapsulation that an IPv6 VIP cannot have becomes GRE6',
    steps: [
      { op: 'add-vip', vip: '2001:db8:2::1/128 tcp 1', with: { encap: ENCAP.l3dsr }, retval: 0 },
      { op: 'add-vip', vip: '2001:db8:2::1/128 tcp 2', with: { encap: ENCAP.nat4 }, retval: 0 },
      { op: 'add-vip', vip: '2001:db8:2::1/128 tcp 3', with: { encap: 99 }, retval: 0 },
      {
        op: 'vips',
        are: [1, 2, 3].map((port) => `2001:db8:2::1/128 6 ${port} gre6 1024 ${PLAIN}`),
      },
    ],
  },
  {
    name: 'dscp is cut to six bits, and shows as service type as well',
    steps: [
      { op: 'add-vip', vip: '192.0.2.10/32 any 0', with: { encap: ENCAP.l3dsr, dscp: 70 }, retval: 0 },
      { op: 'vips', are: ['192.0.2.10/32 255 0 l3dsr 1024 dscp:6 srv:6000000 target:0'] },
    ],
  },
  {
    name: 'nodeport cannot be asked for, and the target port is read back with its bytes swapped',
    steps: [
      {
        op: 'add-vip',
        vip: '192.0.2.11/32 udp 53',
        with: { encap: ENCAP.nat4, type: 1, targetPort: 8080, nodePort: 30_053 },
        retval: 0,
      },
      { op: 'vips', are: ['192.0.2.11/32 17 53 nat4 1024 dscp:0 srv:0 target:36895'] },
    ],
  },
  {
    name: 'port 0 means all ports and protocols, whatever protocol is named',
    steps: [
      { op: 'add-vip', vip: '192.0.2.12/32 tcp 0', retval: 0 },
      { op: 'add-vip', vip: '192.0.2.12/32 udp 0', retval: -81 },
      { op: 'add-vip', vip: '192.0.2.12/32 any 0', retval: -81 },
      { op: 'vips', are: [`192.0.2.12/32 255 0 gre4 1024 ${PLAIN}`] },
      { op: 'del-vip', vip: '192.0.2.12/32 udp 0', retval: 0 },
      { op: 'vips', are: [] },
    ],
  },
  {
    name: 'any protocol goes with a port',
    steps: [
      { op: 'add-vip', vip: '192.0.2.13/32 255 443', retval: 0 },
      { op: 'add-vip', vip: '192.0.2.13/32 1 443', retval: 0 },
      {
        op: 'vips',
        are: [255, 1].map((protocol) => `192.0.2.13/32 ${protocol} 443 gre4 1024 ${PLAIN}`),
      },
    ],
  },
  {
    name: 'host bits are cleared, when a VIP is added and when it is looked for',
    steps: [
      { op: 'del-vip', vip: '198.51.100.0/24 any 0', retval: -6 },
      { op: 'add-vip', vip: '198.51.100.77/24 any 0', retval: 0 },
      { op: 'vips', are: [`198.51.100.0/24 255 0 gre4 1024 ${PLAIN}`] },
      { op: 'del-vip', vip: '198.51.100.0/24 any 0', retval: 0 },
      { op: 'add-vip', vip: '198.51.100.0/24 any 0', retval: 0 },
      { op: 'add-vip', vip: '198.51.100.77/24 any 0', retval: -81 },
      { op: 'vips', are: [`198.51.100.0/24 255 0 gre4 1024 ${PLAIN}`] },
      { op: 'del-vip', vip: '198.51.100.77/24 any 0', retval: 0 },
      { op: 'add-vip', vip: '198.51.100.0/24 any 0', retval: 0 },
      { op: 'add-vip', vip: '198.51.100.0/25 any 0', retval: 0 },
    ],
  },
  {
    name: 'a VIP that does not exist cannot be deleted',
    steps: [
      { op: 'del-vip', vip: '192.0.2.14/32 tcp 443', retval: -6 },
      { op: 'add-vip', vip: '192.0.2.14/32 tcp 443', retval: 0 },
      { op: 'del-vip', vip: '192.0.2.14/32 tcp 80', retval: -6 },
      { op: 'del-vip', vip: '192.0.2.14/32 udp 443', retval: -6 },
      { op: 'del-vip', vip: '192.0.2.14/32 any 0', retval: -6 },
      { op: 'del-vip', vip: '192.0.2.14/31 tcp 443', retval: -6 },
    ],
  },
  {
    name: 'an IPv6 address with 96 leading zero bits is an IPv4 address',
    steps: [
      { op: 'add-vip', vip: '::192.0.2.15/128 tcp 443', retval: 0 },
      { op: 'add-vip', vip: '192.0.2.15/32 tcp 443', retval: -81 },
      { op: 'cli', command: 'lb vip 192.0.2.15/32 protocol tcp port 443 del', retval: 0, reply: '' },
    ],
  },
  {
    name: 'a VIP can be added again as soon as it is deleted',
    steps: [
      { op: 'add-vip', vip: '192.0.2.16/32 tcp 443', retval: 0 },
      { op: 'add-as', vip: '192.0.2.16/32 tcp 443', server: '10.0.0.1', retval: 0 },
      { op: 'del-vip', vip: '192.0.2.16/32 tcp 443', retval: 0 },
      { op: 'add-vip', vip: '192.0.2.16/32 tcp 443', with: { newFlowsTableLength: 256 }, retval: 0 },
      { op: 'vips', are: [`192.0.2.16/32 6 443 gre4 256 ${PLAIN}`] },
      { op: 'servers', are: ['192.0.2.16/32 6 443 10.0.0.1 flags:0 weight:100 buckets:0'] },
      { op: 'add-as', vip: '192.0.2.16/32 tcp 443', server: '10.0.0.1', with: { weight: 7 }, retval: 0 },
      {
        op: 'servers',
        are: [
          '192.0.2.16/32 6 443 10.0.0.1 flags:0 weight:100 buckets:0',
          '192.0.2.16/32 6 443 10.0.0.1 flags:1 weight:7 buckets:256',
        ],
      },
    ],
  },
  {
    name: 'a VIP is deleted whatever encapsulation and length are named',
    steps: [
      { op: 'add-vip', vip: '192.0.2.17/32 tcp 443', retval: 0 },
      {
        op: 'add-vip',
        vip: '192.0.2.17/32 tcp 443',
        with: { isDel: true, encap: ENCAP.nat6, newFlowsTableLength: 3, srcIpSticky: true },
        retval: 0,
      },
      { op: 'vips', are: [] },
    ],
  },
  {
    name: 'an IPv4 prefix of 200 bits is one of 40 bits of IPv6, because 296 does not fit into a byte',
    steps: [
      { op: 'add-vip', vip: '192.0.2.18/200 any 0', retval: 0 },
      { op: 'cli', command: 'lb vip ::/40 del', retval: 0, reply: '' },
    ],
  },
  {
    name: 'prefixes that lie in each other are VIPs of their own',
    steps: [
      { op: 'add-vip', vip: '192.0.2.19/32 tcp 443', retval: 0 },
      { op: 'add-vip', vip: '192.0.2.19/31 any 0', with: { encap: ENCAP.gre6 }, retval: 0 },
      { op: 'add-vip', vip: '192.0.2.19/30 udp 53', with: { encap: ENCAP.l3dsr }, retval: 0 },
    ],
  },
];
