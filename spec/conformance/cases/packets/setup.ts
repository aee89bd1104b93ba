import { ENCAP, type VipText } from '../../../support/lb-requests.js';
import type { Step } from '../../case.js';
import type { PacketBurst } from '../../packet-burst.js';

/** Takes all flow tables away: they are new with the next packet. */
export const fresh: Step = { op: 'cli', command: 'test lb flowtable flush', retval: 0, reply: '' };

/** A VIP with as many buckets, and servers that end in 1, 2, ... */
export function vipWith(
  vip: VipText,
  length: number,
  servers: readonly string[],
  encap: number = ENCAP.gre4,
): Step[] {
  return [
    { op: 'add-vip', vip, with: { newFlowsTableLength: length, encap }, retval: 0 },
    ...servers.map((server): Step => ({ op: 'add-as', vip, server, retval: 0 })),
  ];
}

/** Packets of one TCP client to port 443, unless said otherwise. */
export function burst(
  to: string,
  ports: readonly [number, number],
  more: Partial<PacketBurst> = {},
): PacketBurst {
  const ip6 = to.includes(':');
  return {
    from: ip6 ? '2001:db8:f::7' : '198.51.100.7',
    to,
    protocol: 'tcp',
    port: 443,
    sourcePorts: ports,
    bytes: ip6 ? 80 : 60,
    ...more,
  };
}

export const three = ['10.88.0.1', '10.88.0.2', '10.88.0.3'];
export const three6 = ['2001:db8:88::1', '2001:db8:88::2', '2001:db8:88::3'];
