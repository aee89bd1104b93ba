import { ip46 } from '../lb/ip46.js';
import type { As, LbConfig, Vip } from '../lb/lb-state.js';
import { VIP_TYPE, type VipType } from '../lb/vip-type.js';
import { type Packet, PROTOCOL } from './flow.js';

/** An IP header and the four bytes of GRE. */
const GRE4_BYTES = 24;
const GRE6_BYTES = 44;

/** What a packet becomes on its way from a VIP of this type to a server. */
export function encapsulate(
  type: VipType,
  packet: Packet,
  vip: Vip,
  { address }: As,
  { ip4Source, ip6Source }: LbConfig,
): Packet {
  switch (type) {
    case VIP_TYPE.IP4_GRE4:
    case VIP_TYPE.IP6_GRE4: {
      const source = new Uint8Array(16);
      source.set(ip4Source, 12);
      return gre(4, source, address, packet.bytes + GRE4_BYTES);
    }
    case VIP_TYPE.IP4_GRE6:
    case VIP_TYPE.IP6_GRE6:
      return gre(6, ip6Source, address, packet.bytes + GRE6_BYTES);
    case VIP_TYPE.IP4_L3DSR:
      return { ...packet, destination: address };
    case VIP_TYPE.IP4_NAT4:
    case VIP_TYPE.IP6_NAT6:
      return { ...packet, destination: address, destinationPort: vip.targetPort };
  }
}

function gre(family: 4 | 6, source: Uint8Array, destination: Packet['destination'], bytes: number): Packet {
  const ports = { sourcePort: 0, destinationPort: 0 };
  return { family, source: ip46(source), destination, protocol: PROTOCOL.GRE, ...ports, bytes };
}
