/** Packets of one client to one address, one a source port, in the order of the ports. */
export interface PacketBurst {
  readonly from: string;
  readonly to: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** Destination port of TCP and UDP. */
  readonly port?: number;
  /** First and last source port; ICMP has none. */
  readonly sourcePorts?: readonly [number, number];
  /** Packets in all; default: one of each source port, or one. Further ones begin with the first port again. */
  readonly packets?: number;
  /** Of each packet, from its IP header on. */
  readonly bytes: number;
}

export function packetsOf({ packets, sourcePorts: [first, last] = [0, 0] }: PacketBurst): number {
  return packets ?? last - first + 1;
}

/** The source port of every packet in turn. */
export function sourcePortsOf(burst: PacketBurst): number[] {
  const [first, last] = burst.sourcePorts ?? [0, 0];
  return Array.from({ length: packetsOf(burst) }, (_, i) => first + (i % (last - first + 1)));
}
