import type { IpFamily } from '../../domain/ip.js';
import type { Ip46 } from '../lb/ip46.js';

export const PROTOCOL = { ICMP: 1, TCP: 6, UDP: 17, GRE: 47 } as const;

/** As much of a packet as VPP looks at to find its server. */
export interface Packet {
  readonly family: IpFamily;
  readonly source: Ip46;
  readonly destination: Ip46;
  readonly protocol: number;
  /** 0 unless TCP or UDP. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Of the whole IP packet. */
  readonly bytes: number;
}
