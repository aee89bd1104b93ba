import { ENCAP, type VipText } from '../../support/lb-requests.js';
import type { ConformanceCase, Step } from '../case.js';
import { burst, fresh, vipWith } from './packets/setup.js';

const ONE = '10.88.4.1';

/** Which routes VPP has, and which of them takes a packet. */
export const routeCases: readonly ConformanceCase[] = [
  {
    name: 'the routes that every VPP has',
    steps: [
      { op: 'route', to: '0.0.0.0/0', is: '0.0.0.0/0 drop' },
      { op: 'route', to: '0.0.0.0/32', is: '0.0.0.0/32 drop' },
      { op: 'route', to: '224.0.0.0/4', is: '224.0.0.0/4 drop' },
      { op: 'route', to: '240.0.0.0/4', is: '240.0.0.0/4 drop' },
      { op: 'route', to: '255.255.255.255/32', is: '255.255.255.255/32 drop' },
      { op: 'route', to: '::/0', is: '::/0 drop' },
      { op: 'route', to: 'fe80::/10', is: 'fe80::/10 normal' },
      { op: 'route', to: '100.71.0.1/32', is: '-6' },
      { op: 'route', to: '100.71.0.1/32', exact: false, is: '0.0.0.0/0 drop' },
      { op: 'route', to: '224.7.7.7/32', exact: false, is: '224.0.0.0/4 drop' },
      { op: 'route', to: 'fe80:7::/32', exact: false, is: 'fe80::/10 normal' },
    ],
  },
  {
    name: 'the route of a VIP, and that of a server inside and outside of a VIP',
    steps: [
      ...vipWith('100.71.1.0/24 any 0', 16, [ONE]),
      ...vipWith('100.71.2.1/32 tcp 443', 16, ['100.71.1.9']),
      { op: 'route', to: '100.71.1.0/24', is: '100.71.1.0/24 normal' },
      { op: 'route', to: '100.71.1.77/24', is: '100.71.1.0/24 normal' },
      { op: 'route', to: '100.71.1.0/25', is: '-6' },
      { op: 'route', to: '100.71.1.0/25', exact: false, is: '100.71.1.0/24 normal' },
      { op: 'route', to: '100.71.2.1/32', is: '100.71.2.1/32 normal' },
      { op: 'route', to: `${ONE}/32`, is: `${ONE}/32 drop` },
      { op: 'route', to: '100.71.1.9/32', is: '100.71.1.9/32 normal' },
      { op: 'del-vip', vip: '100.71.1.0/24 any 0', retval: 0 },
      { op: 'route', to: '100.71.1.0/24', is: '-6' },
      { op: 'route', to: '100.71.1.9/32', is: '100.71.1.9/32 drop' },
    ],
  },
  {
    name: 'a VIP for everything gets what no other route takes',
    steps: [
      fresh,
      { op: 'add-vip', vip: '0.0.0.0/0 tcp 443', retval: 0 },
      { op: 'route', to: '0.0.0.0/0', is: '0.0.0.0/0 normal' },
      ...reaches('0.0.0.0/0 tcp 443', ['100.71.3.1', '10.88.4.9']),
      ...misses('0.0.0.0/0 tcp 443', ['0.0.0.0', '255.255.255.255', '224.71.0.1', '240.71.0.1']),
      { op: 'add-vip', vip: '::/0 tcp 443', with: { encap: ENCAP.gre6 }, retval: 0 },
      { op: 'route', to: '::/0', is: '::/0 normal' },
      ...reaches('::/0 tcp 443', ['2001:db8:71::1', 'ff02::1']),
      ...misses('::/0 tcp 443', ['fe80::71']),
    ],
  },
  {
    name: 'a VIP takes the place of a route that every VPP has, but not of multicast, class E and link-local addresses',
    steps: [
      fresh,
      { op: 'add-vip', vip: '0.0.0.0/32 tcp 443', retval: 0 },
      { op: 'add-vip', vip: '255.255.255.255/32 tcp 443', retval: 0 },
      { op: 'add-vip', vip: '224.0.0.0/4 tcp 443', retval: 0 },
      { op: 'add-vip', vip: '240.0.0.0/4 tcp 443', retval: 0 },
      { op: 'add-vip', vip: 'fe80::/10 tcp 443', with: { encap: ENCAP.gre6 }, retval: 0 },
      ...reaches('0.0.0.0/32 tcp 443', ['0.0.0.0']),
      ...reaches('255.255.255.255/32 tcp 443', ['255.255.255.255']),
      ...misses('224.0.0.0/4 tcp 443', ['224.71.0.1']),
      ...misses('240.0.0.0/4 tcp 443', ['240.71.0.1']),
      ...misses('fe80::/10 tcp 443', ['fe80::71']),
      { op: 'route', to: '255.255.255.255/32', is: '255.255.255.255/32 normal' },
      { op: 'route', to: '224.0.0.0/4', is: '224.0.0.0/4 drop' },
      { op: 'route', to: '240.0.0.0/4', is: '240.0.0.0/4 drop' },
      { op: 'del-vip', vip: '255.255.255.255/32 tcp 443', retval: 0 },
      { op: 'route', to: '255.255.255.255/32', is: '255.255.255.255/32 drop' },
    ],
  },
  {
    name: 'VIPs inside of multicast, class E and link-local addresses get their packets',
    steps: [
      fresh,
      { op: 'add-vip', vip: '224.71.0.1/32 tcp 443', retval: 0 },
      { op: 'add-vip', vip: '240.71.0.0/24 tcp 443', retval: 0 },
      { op: 'add-vip', vip: 'fe80::72/128 tcp 443', with: { encap: ENCAP.gre6 }, retval: 0 },
      ...reaches('224.71.0.1/32 tcp 443', ['224.71.0.1']),
      ...reaches('240.71.0.0/24 tcp 443', ['240.71.0.9']),
      ...reaches('fe80::72/128 tcp 443', ['fe80::72']),
    ],
  },
  {
    name: 'a NAT VIP for all ports is there and gets no packets, as long as it has no server',
    steps: [
      fresh,
      { op: 'add-vip', vip: '100.71.4.1/32 any 0', with: { encap: ENCAP.nat4, targetPort: 80 }, retval: 0 },
      { op: 'add-vip', vip: '2001:db8:71:4::/64 any 0', with: { encap: ENCAP.nat6 }, retval: 0 },
      { op: 'route', to: '100.71.4.1/32', is: '100.71.4.1/32 normal' },
      ...misses('100.71.4.1/32 any 0', ['100.71.4.1']),
      ...misses('2001:db8:71:4::/64 any 0', ['2001:db8:71:4::9']),
    ],
  },
];

/** One packet to each address counts for the VIP, which has no server. */
function reaches(vip: VipText, addresses: readonly string[]): Step[] {
  return addresses.map((to) => counted(vip, to, 1));
}

/** One packet to each address does not count for the VIP. */
function misses(vip: VipText, addresses: readonly string[]): Step[] {
  return addresses.map((to) => counted(vip, to, 0));
}

function counted(vip: VipText, to: string, packets: number): Step {
  return {
    op: 'counted',
    burst: burst(to, [40_000, 40_000], { bytes: 100 }),
    vip,
    are: [
      'packet from existing sessions: 0',
      'first session packet: 0',
      'untracked packet: 0',
      `no server configured: ${packets}`,
      'to all, packets: 1',
      'to all, bytes: 100',
    ],
  };
}
