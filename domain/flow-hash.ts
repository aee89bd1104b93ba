import type { IpFamily } from './ip.js';
import { PROTOCOL_TCP, PROTOCOL_UDP } from './lb.js';

/** As much of a packet as VPP looks at. Addresses are the 16 bytes that VPP holds: IPv4 is in the last four. */
export interface HashedPacket {
  readonly family: IpFamily;
  readonly source: { readonly bytes: Uint8Array };
  readonly destination: { readonly bytes: Uint8Array };
  /** 0..255. */
  readonly protocol: number;
  /** 0..65535; only TCP and UDP have ports. */
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/**
 * The number that decides where a flow goes: its low bits choose the bucket of the VIP's table and that of the table of
 * known flows. VPP feeds five words of 64 bits to CRC32C: addresses first, then the ports, destination before source,
 * as they are in the packet. The protocol takes no part; with `srcIpSticky` nor do the ports.
 */
export function flowHash(packet: HashedPacket, srcIpSticky: boolean): number {
  const words = new Uint8Array(40);
  const [addressSize, portsAt] = packet.family === 4 ? [4, 8] : [16, 32];
  words.set(packet.source.bytes.subarray(16 - addressSize), 0);
  words.set(packet.destination.bytes.subarray(16 - addressSize), addressSize);
  if (!srcIpSticky && hasPorts(packet.protocol)) {
    const view = new DataView(words.buffer);
    view.setUint16(portsAt, packet.destinationPort);
    view.setUint16(portsAt + 2, packet.sourcePort);
  }
  return crc32c(words);
}

export function hasPorts(protocol: number): boolean {
  return protocol === PROTOCOL_TCP || protocol === PROTOCOL_UDP;
}

/** The bucket of a table of this length, a power of two, that a flow with this hash is in. */
export function bucketOf(hash: number, tableLength: number): number {
  return (hash & (tableLength - 1)) >>> 0;
}

/** The polynomial of Castagnoli, its bits in reverse order. */
const POLYNOMIAL = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ ((remainder & 1) * POLYNOMIAL);
  return remainder;
});

/** CRC32C as the processor's instruction computes it: it starts at 0, and nothing is inverted at the end. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] as number);
  return crc >>> 0;
}
