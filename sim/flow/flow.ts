import { hasPorts } from '../../domain/flow-hash.js';
import { type IpAddress, type IpFamily, ipFamily } from '../../domain/ip.js';
import { type Ip46, ip46FromIp } from '../lb/ip46.js';

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

/** What the packets of one connection, or of one series of datagrams, have in common. */
export interface Flow {
  readonly source: IpAddress;
  /** Of the same family. */
  readonly destination: IpAddress;
  /** 0..255. */
  readonly protocol: number;
  /** 0..65535; only TCP and UDP have ports. */
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** A packet of a flow; `bytes` is its length from the IP header on. */
export function packetOf(flow: Flow, bytes: number): Packet {
  return {
    family: ipFamily(flow.destination),
    source: ip46FromIp(flow.source),
    destination: ip46FromIp(flow.destination),
    protocol: flow.protocol,
    sourcePort: flow.sourcePort,
    destinationPort: flow.destinationPort,
    bytes,
  };
}

/** `tcp 198.18.7.9:40000 -> 192.0.2.1:443`; equal texts mean equal flows. */
export function flowText({ source, destination, protocol, sourcePort, destinationPort }: Flow): string {
  if (!hasPorts(protocol)) return `${protocolName(protocol)} ${source} -> ${destination}`;
  return `${protocolName(protocol)} ${withPort(source, sourcePort)} -> ${withPort(destination, destinationPort)}`;
}

/** `tcp 192.0.2.1:443` */
export function destinationText({ destination, protocol, destinationPort }: Flow): string {
  const to = hasPorts(protocol) ? withPort(destination, destinationPort) : destination;
  return `${protocolName(protocol)} ${to}`;
}

/** The number of a protocol by its name or number; null when it is neither. */
export function parseProtocol(text: string): number | null {
  if (/^\d{1,3}$/.test(text) && Number(text) < 256) return Number(text);
  return Object.entries(PROTOCOL).find(([name]) => name.toLowerCase() === text)?.[1] ?? null;
}

function protocolName(protocol: number): string {
  const name = Object.entries(PROTOCOL).find(([, number]) => number === protocol)?.[0];
  return name?.toLowerCase() ?? String(protocol);
}

function withPort(address: IpAddress, port: number): string {
  return ipFamily(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
